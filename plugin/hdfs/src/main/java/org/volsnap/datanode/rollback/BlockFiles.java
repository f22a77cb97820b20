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
import java.util.function.LongPredicate;
import org.jspecify.annotations.Nullable;

/** What one directory has of one block. */
final class BlockFiles {
    private @Nullable Path data;
    private final List<Path> metas = new ArrayList<>();

    /** All blocks of a directory, by id. */
    static Map<Long, BlockFiles> list(Path directory) throws IOException {
        return list(directory, id -> true);
    }

    /** One block of a directory; empty files when it has none, or the directory is not there. */
    static BlockFiles of(Path directory, long blockId) throws IOException {
        try {
            return list(directory, id -> id == blockId).getOrDefault(blockId, new BlockFiles());
        } catch (NoSuchFileException e) {
            return new BlockFiles();
        }
    }

    private static Map<Long, BlockFiles> list(Path directory, LongPredicate wanted) throws IOException {
        Map<Long, BlockFiles> blocks = new TreeMap<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            for (Path entry : entries) {
                BlockFileName name = BlockFileName.parse(nameOf(entry));
                if (name != null && wanted.test(name.blockId())) {
                    blocks.computeIfAbsent(name.blockId(), id -> new BlockFiles())
                            .add(name, entry);
                }
            }
        }
        return blocks;
    }

    private void add(BlockFileName name, Path file) {
        if (name.isMeta()) {
            metas.add(file);
        } else {
            data = file;
        }
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
        BlockFileName name = BlockFileName.parse(nameOf(meta));
        return requireNonNull(name, "a meta file of a block").stamp();
    }

    private static String nameOf(Path file) {
        return requireNonNull(file.getFileName(), "a file has a name").toString();
    }
}
