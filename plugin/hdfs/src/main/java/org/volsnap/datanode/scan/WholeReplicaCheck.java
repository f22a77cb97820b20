/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode.scan;

import static java.util.Objects.requireNonNull;

import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Files;
import org.apache.hadoop.fs.ChecksumException;
import org.apache.hadoop.util.InvalidChecksumSizeException;
import org.volsnap.datanode.ChecksumLayout;
import org.volsnap.datanode.ReplicaFileReader;
import org.volsnap.engine.ChunkScan.Pace;
import org.volsnap.model.ChunkGeometry;
import org.volsnap.model.ReplicaFiles;
import org.volsnap.store.MediaErrors;

/** Reads a replica that is kept whole, chunk by chunk, against its own checksums. */
final class WholeReplicaCheck {
    private final ChunkGeometry geometry;
    private final ReplicaFileReader reader;

    WholeReplicaCheck(ChunkGeometry geometry) {
        this.geometry = requireNonNull(geometry, "geometry is null");
        this.reader = new ReplicaFileReader(geometry);
    }

    /**
     * Reads all of it.
     *
     * @throws IOException when something is wrong: {@link #isDamage} says whether it is the replica
     */
    void check(ReplicaFiles files, Pace pace) throws IOException {
        ChecksumLayout layout = ChecksumLayout.of(ReplicaFileReader.readChecksumHeader(files.meta()));
        long length = Files.size(files.data());
        long checksums = Files.size(files.meta());
        if (checksums != layout.metaLength(length)) {
            throw new EOFException(files.meta() + " has " + checksums + " bytes, not the " + layout.metaLength(length)
                    + " of " + length + " bytes of data");
        }
        if (length == 0) {
            return;
        }
        for (long chunk : (Iterable<Long>) geometry.covering(0, length).chunks()::iterator) {
            int bytes = geometry.lengthOf(chunk, length);
            pace.before(bytes);
            reader.read(files, chunk, bytes);
        }
    }

    static boolean isDamage(IOException e) {
        return e instanceof ChecksumException
                || e instanceof EOFException
                || e instanceof InvalidChecksumSizeException
                || MediaErrors.isMediaError(e);
    }
}
