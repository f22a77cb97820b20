/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode.rollback;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.volsnap.datanode.ChecksumLayout;
import org.volsnap.datanode.PoolVolume;
import org.volsnap.engine.LiveReplica;
import org.volsnap.model.BlockKey;
import org.volsnap.model.ReplicaFiles;
import org.volsnap.model.VersionState;
import org.volsnap.store.MediaErrors;

/**
 * A replica as its names tell it: no file was opened for it.
 *
 * @param volume where it lies
 * @param key block, and the stamp in the meta file's name
 * @param state by the directory of the data file
 * @param files for a move that was cut short, in two directories
 */
record DiskReplica(PoolVolume volume, BlockKey key, VersionState state, ReplicaFiles files) {
    long length() throws IOException {
        return Files.size(files.data());
    }

    /** Reads what the engine wants to know; a meta file that ends too early, or can't be read, has no checksum header. */
    LiveReplica open() throws IOException {
        return new LiveReplica(key, length(), state, checksumHeader(files.meta()), volume.store(), files);
    }

    private static byte[] checksumHeader(Path meta) throws IOException {
        try (var in = Files.newInputStream(meta)) {
            byte[] header = in.readNBytes(ChecksumLayout.HEADER_BYTES);
            return header.length == ChecksumLayout.HEADER_BYTES ? header : new byte[0];
        } catch (IOException e) {
            if (MediaErrors.isMediaError(e)) {
                return new byte[0];
            }
            throw e;
        }
    }
}
