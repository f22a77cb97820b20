/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.demo;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.ToLongFunction;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.hdfs.DistributedFileSystem;

/** Everything that can happen to a file in HDFS, done to real files: a third is deleted, the rest shared out by turns. */
final class Wreckage {
    private static final int OVERWRITTEN_BYTES = 10_000;

    /** One thing that happens to a file. */
    private enum Kind {
        DELETE("-rm -skipTrash"),
        APPEND("append"),
        TRUNCATE_IN_BLOCK("truncate in mid block"),
        TRUNCATE_AT_BOUNDARY("truncate at a block boundary"),
        OVERWRITE("overwrite with other bytes"),
        RENAME("rename"),
        SETREP("setrep 1"),
        APPEND_TRUNCATE_DELETE("append, truncate, then delete");

        private final String text;

        Kind(String text) {
            this.text = text;
        }

        boolean fits(FileStatus file) {
            return switch (this) {
                case TRUNCATE_IN_BLOCK, APPEND_TRUNCATE_DELETE -> file.getLen() > 1;
                case TRUNCATE_AT_BOUNDARY -> file.getLen() > file.getBlockSize();
                default -> true;
            };
        }
    }

    private final DistributedFileSystem fileSystem;
    private final HdfsCommands commands;
    private final Terminal terminal;
    private final Random random;

    Wreckage(DistributedFileSystem fileSystem, HdfsCommands commands, Terminal terminal, long seed) {
        this.fileSystem = fileSystem;
        this.commands = commands;
        this.terminal = terminal;
        this.random = new Random(seed);
    }

    /** Wrecks these files; prints what happens to how many. */
    void wreck(List<FileStatus> files) throws IOException {
        for (Map.Entry<Kind, List<FileStatus>> share : share(files).entrySet()) {
            wreckAll(share.getKey(), share.getValue());
            terminal.endProgress();
            terminal.say(String.format("%5d files: %s", share.getValue().size(), share.getKey().text));
        }
    }

    /** New files under names that were free. */
    void createNewFiles(Path directory, int count) throws IOException {
        for (int i = 0; i < count; i++) {
            overwrite(new Path(directory, "new-file-" + i));
        }
        terminal.say(String.format("%5d files: new", count));
    }

    private static Map<Kind, List<FileStatus>> share(List<FileStatus> files) {
        Map<Kind, List<FileStatus>> shares = new EnumMap<>(Kind.class);
        List<Kind> others = Arrays.asList(Kind.values()).subList(1, Kind.values().length);
        int turn = 0;
        for (int i = 0; i < files.size(); i++) {
            FileStatus file = files.get(i);
            Kind kind = Kind.DELETE;
            if (i % 3 != 0) {
                do {
                    kind = others.get(turn++ % others.size());
                } while (!kind.fits(file));
            }
            shares.computeIfAbsent(kind, any -> new ArrayList<>()).add(file);
        }
        return shares;
    }

    private void wreckAll(Kind kind, List<FileStatus> files) throws IOException {
        switch (kind) {
            case DELETE ->
                commands.removeSkippingTrash(files.stream()
                        .map(file -> file.getPath().toUri().getPath())
                        .toList());
            case APPEND -> each(kind, files, file -> append(file.getPath()));
            case TRUNCATE_IN_BLOCK -> truncate(kind, files, file -> 1 + random.nextLong(file.getLen() - 1));
            case TRUNCATE_AT_BOUNDARY -> truncate(kind, files, FileStatus::getBlockSize);
            case OVERWRITE -> each(kind, files, file -> overwrite(file.getPath()));
            case RENAME ->
                each(
                        kind,
                        files,
                        file -> fileSystem.rename(file.getPath(), file.getPath().suffix(".renamed")));
            case SETREP -> each(kind, files, file -> fileSystem.setReplication(file.getPath(), (short) 1));
            case APPEND_TRUNCATE_DELETE -> {
                each(kind, files, file -> append(file.getPath()));
                truncate(kind, files, file -> file.getLen() / 2);
                each(kind, files, file -> fileSystem.delete(file.getPath(), false));
            }
        }
    }

    private interface Change {
        void apply(FileStatus file) throws IOException;
    }

    private void each(Kind kind, List<FileStatus> files, Change change) throws IOException {
        int done = 0;
        for (FileStatus file : files) {
            change.apply(file);
            terminal.progress(kind.text, ++done, files.size());
        }
    }

    /** Truncates all, then waits until the DataNodes have cut all last blocks. */
    private void truncate(Kind kind, List<FileStatus> files, ToLongFunction<FileStatus> length) throws IOException {
        each(kind, files, file -> fileSystem.truncate(file.getPath(), length.applyAsLong(file)));
        each(kind, files, file -> {
            Path path = file.getPath();
            Waiting.until("the truncate of " + path, () -> fileSystem.isFileClosed(path));
        });
    }

    private void append(Path path) throws IOException {
        try (OutputStream out = fileSystem.append(path)) {
            out.write("appended after the snapshot".getBytes(StandardCharsets.UTF_8));
        }
    }

    private void overwrite(Path path) throws IOException {
        byte[] bytes = new byte[OVERWRITTEN_BYTES];
        random.nextBytes(bytes);
        try (OutputStream out = fileSystem.create(path, true)) {
            out.write(bytes);
        }
    }
}
