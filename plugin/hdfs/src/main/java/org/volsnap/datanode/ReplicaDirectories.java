/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.LongStream;
import org.apache.hadoop.hdfs.protocol.Block;
import org.volsnap.model.VersionState;

/**
 * Where Hadoop keeps a block pool's replicas on the disks: read without Hadoop's dataset, before it has scanned them.
 * Goes by the names of meta files, and asks for no file's attributes. For one thread.
 */
final class ReplicaDirectories {
    private static final String SUBDIRECTORY_PREFIX = "subdir";

    private final String blockPoolId;
    private final Collection<PoolVolume> volumes;

    ReplicaDirectories(String blockPoolId, Collection<PoolVolume> volumes) {
        this.blockPoolId = requireNonNull(blockPoolId, "blockPoolId is null");
        this.volumes = requireNonNull(volumes, "volumes is null");
    }

    /**
     * A meta file.
     *
     * @param state OPEN for one under {@code rbw}
     */
    record Found(PoolVolume volume, Path meta, VersionState state) {
        String name() {
            return String.valueOf(meta.getFileName());
        }

        long blockId() {
            return Block.getBlockId(name());
        }

        long stamp() {
            return Block.getGenerationStamp(name());
        }

        Path data() {
            return meta.resolveSibling(Block.BLOCK_FILE_PREFIX + blockId());
        }
    }

    /** Visits every meta file, in no order. */
    void forEach(Consumer<Found> visitor) throws IOException {
        for (PoolVolume volume : volumes) {
            Path current = volume.current(blockPoolId);
            walk(current.resolve("finalized"), meta -> visitor.accept(new Found(volume, meta, VersionState.FINALIZED)));
            walk(current.resolve("rbw"), meta -> visitor.accept(new Found(volume, meta, VersionState.OPEN)));
        }
    }

    /** Ids of blocks with more than one meta file. Eight bytes of memory for each meta file, while it runs. */
    Set<Long> idsFoundTwice() throws IOException {
        LongStream.Builder builder = LongStream.builder();
        forEach(found -> builder.add(found.blockId()));
        long[] ids = builder.build().sorted().toArray();
        Set<Long> twice = new HashSet<>();
        for (int i = 1; i < ids.length; i++) {
            if (ids[i] == ids[i - 1]) {
                twice.add(ids[i]);
            }
        }
        return twice;
    }

    private static void walk(Path directory, Consumer<Path> visitor) throws IOException {
        if (!Files.isDirectory(directory)) {
            return;
        }
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            for (Path entry : entries) {
                String name = String.valueOf(entry.getFileName());
                if (name.startsWith(SUBDIRECTORY_PREFIX)) {
                    walk(entry, visitor);
                } else if (Block.isMetaFilename(name)) {
                    visitor.accept(entry);
                }
            }
        }
    }
}
