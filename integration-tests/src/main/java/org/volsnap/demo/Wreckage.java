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
        SETREP("setrep 1, later 3 again"),
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
        Map<Kind, List<FileStatus>> shares = share(files);
        int done = 0;
        for (Map.Entry<Kind, List<FileStatus>> share : shares.entrySet()) {
            Kind kind = share.getKey();
            if (kind == Kind.DELETE) {
                commands.removeSkippingTrash(paths(share.getValue()));
                done += share.getValue().size();
            } else {
                for (FileStatus file : share.getValue()) {
                    change(kind, file);
                    terminal.progress(kind.text, ++done, files.size());
                }
            }
            terminal.endProgress();
            terminal.say(String.format("%5d files: %s", share.getValue().size(), kind.text));
        }
    }

    /** New files under names that were free, and under the names of deleted ones. */
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

    private void change(Kind kind, FileStatus file) throws IOException {
        Path path = file.getPath();
        switch (kind) {
            case APPEND -> append(path);
            case TRUNCATE_IN_BLOCK -> truncate(path, 1 + random.nextLong(file.getLen() - 1));
            case TRUNCATE_AT_BOUNDARY -> truncate(path, file.getBlockSize());
            case OVERWRITE -> overwrite(path);
            case RENAME -> fileSystem.rename(path, path.suffix(".renamed"));
            case SETREP -> fileSystem.setReplication(path, (short) 1);
            case APPEND_TRUNCATE_DELETE -> {
                append(path);
                truncate(path, file.getLen() / 2);
                fileSystem.delete(path, false);
            }
            case DELETE -> fileSystem.delete(path, false);
        }
    }

    private void append(Path path) throws IOException {
        try (OutputStream out = fileSystem.append(path)) {
            out.write("appended after the snapshot".getBytes(StandardCharsets.UTF_8));
        }
    }

    /** Waits until the DataNodes have cut the last block, as nobody can append before. */
    private void truncate(Path path, long length) throws IOException {
        if (!fileSystem.truncate(path, length)) {
            Waiting.until("the truncate of " + path, () -> fileSystem.isFileClosed(path));
        }
    }

    private void overwrite(Path path) throws IOException {
        byte[] bytes = new byte[OVERWRITTEN_BYTES];
        random.nextBytes(bytes);
        try (OutputStream out = fileSystem.create(path, true)) {
            out.write(bytes);
        }
    }

    private static List<String> paths(List<FileStatus> files) {
        return files.stream().map(file -> file.getPath().toUri().getPath()).toList();
    }
}
