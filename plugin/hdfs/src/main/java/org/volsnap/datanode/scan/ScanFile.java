/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode.scan;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.volsnap.protocol.proto.VolsnapDatanodeProtos.ScanStateProto;

/**
 * Where a scan has got to, in the file {@code scan} of the pool's directory on the storage volume, as Hadoop's {@code
 * scanner.cursor}. Not forced: a crash that loses it, or leaves something that can't be read, begins a period anew.
 */
final class ScanFile {
    static final String NAME = "scan";

    private static final Logger LOG = LoggerFactory.getLogger(ScanFile.class);

    private final Path file;

    /** @param directory of the pool, on the storage volume */
    ScanFile(Path directory) {
        this.file = requireNonNull(directory, "directory is null").resolve(NAME);
    }

    Optional<ScanStateProto> read() {
        try {
            return Optional.of(ScanStateProto.parseFrom(Files.readAllBytes(file)));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            LOG.warn("{} can't be read, the scan begins anew: {}", file, e.toString());
            return Optional.empty();
        }
    }

    /** Replaces it; where that fails, the log says so and the old one stays. */
    void write(ScanStateProto state) {
        Path beside = file.resolveSibling(NAME + ".tmp");
        try {
            Files.write(beside, state.toByteArray());
            Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            LOG.warn("{} can't be written: {}", file, e.toString());
        }
    }
}
