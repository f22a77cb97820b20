/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode.rollback;

import static java.util.Comparator.comparingLong;
import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.hadoop.hdfs.protocol.Block;
import org.jspecify.annotations.Nullable;

/** What one directory has of one block. */
final class BlockFiles {
    private @Nullable Path data;
    private final List<Path> metas = new ArrayList<>();

    /** All blocks of a directory, by id. */
    static Map<Long, BlockFiles> list(Path directory) throws IOException {
        return list(directory, "blk_*");
    }

    /** One block of a directory; empty files when it has none, or the directory is not there. */
    static BlockFiles of(Path directory, long blockId) throws IOException {
        String name = ReplicaPlaces.dataName(blockId);
        try {
            return list(directory, name + "{,_*}").getOrDefault(blockId, new BlockFiles());
        } catch (NoSuchFileException e) {
            return new BlockFiles();
        }
    }

    private static Map<Long, BlockFiles> list(Path directory, String glob) throws IOException {
        Map<Long, BlockFiles> blocks = new TreeMap<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory, glob)) {
            for (Path entry : entries) {
                String name = nameOf(entry);
                if (Block.isMetaFilename(name)) {
                    blocks.computeIfAbsent(Block.getBlockId(name), id -> new BlockFiles())
                            .metas
                            .add(entry);
                } else if (Block.isBlockFilename(entry.toFile())) {
                    blocks.computeIfAbsent(Block.filename2id(name), id -> new BlockFiles()).data = entry;
                }
            }
        }
        return blocks;
    }

    Optional<Path> data() {
        return Optional.ofNullable(data);
    }

    List<Path> metas() {
        return metas;
    }

    /** The meta file of the newest stamp. */
    Optional<Path> meta() {
        return metas.stream().max(comparingLong(BlockFiles::stampOf));
    }

    static long stampOf(Path meta) {
        return Block.getGenerationStamp(nameOf(meta));
    }

    private static String nameOf(Path file) {
        return requireNonNull(file.getFileName(), "a file has a name").toString();
    }
}
