/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.speed;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.LongPredicate;
import java.util.stream.LongStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;

/**
 * Small files of one block each, in directories of a hundred: every percent of them lies in every directory, and its blocks
 * in every directory of the DataNodes.
 */
final class ManyFiles {
    static final String ROOT = "/files";

    private static final int A_DIRECTORY = 100;
    private static final int WRITERS = 8;

    private final FileSystem fileSystem;
    private final int count;
    private final int length;

    /** @param length bytes of each */
    ManyFiles(FileSystem fileSystem, int count, int length) {
        this.fileSystem = requireNonNull(fileSystem, "fileSystem is null");
        this.count = count;
        this.length = length;
    }

    /** Those that {@link #delete} deletes, below another directory. */
    List<String> paths(String below, int percent) {
        return LongStream.range(0, count)
                .filter(file -> file % A_DIRECTORY < percent)
                .mapToObj(file -> below + path(file).toString().substring(ROOT.length()))
                .toList();
    }

    private static Path path(long file) {
        return new Path(ROOT + "/d" + file / A_DIRECTORY + "/f" + file);
    }

    /** Makes so many percent. */
    void create(int percent) throws IOException, InterruptedException {
        byte[] bytes = new byte[length];
        new Random(1).nextBytes(bytes);
        forEach(file -> file % A_DIRECTORY < percent, file -> {
            try (FSDataOutputStream out = fileSystem.create(path(file))) {
                out.write(bytes);
            }
        });
    }

    /** Deletes so many percent. */
    void delete(int percent) throws IOException, InterruptedException {
        forEach(file -> file % A_DIRECTORY < percent, file -> delete(path(file)));
    }

    /** Changes so many percent: of ten, eight are deleted, one gets longer, one shorter. */
    void mix(int percent) throws IOException, InterruptedException {
        forEach(file -> file % A_DIRECTORY < percent, file -> {
            switch ((int) (file / A_DIRECTORY % 10)) {
                case 0 -> append(path(file));
                case 1 -> fileSystem.truncate(path(file), length / 2);
                default -> delete(path(file));
            }
        });
    }

    private void delete(Path path) throws IOException {
        if (!fileSystem.delete(path, false)) {
            throw new IOException(path + " is not there");
        }
    }

    private void append(Path path) throws IOException {
        try (FSDataOutputStream out = fileSystem.append(path)) {
            out.write(new byte[length]);
        }
    }

    /** How many there are, and how long they are together; what HDFS's own snapshots hold does not count. */
    record Present(long count, long bytes) {}

    Present present() throws IOException {
        long number = 0;
        long bytes = 0;
        for (RemoteIterator<LocatedFileStatus> all = fileSystem.listFiles(new Path(ROOT), true); all.hasNext(); ) {
            number++;
            bytes += all.next().getLen();
        }
        return new Present(number, bytes);
    }

    private interface Work {
        void on(long file) throws IOException;
    }

    private void forEach(LongPredicate wanted, Work work) throws IOException, InterruptedException {
        ExecutorService threads = Executors.newFixedThreadPool(WRITERS);
        try {
            List<Callable<Boolean>> parts = new ArrayList<>();
            for (int writer = 0; writer < WRITERS; writer++) {
                int first = writer;
                parts.add(() -> {
                    for (long file = first; file < count; file += WRITERS) {
                        if (wanted.test(file)) {
                            work.on(file);
                        }
                    }
                    return true;
                });
            }
            for (Future<Boolean> part : threads.invokeAll(parts)) {
                part.get();
            }
        } catch (ExecutionException e) {
            throw new IOException("a writer failed", e.getCause());
        } finally {
            threads.shutdownNow();
        }
    }
}
