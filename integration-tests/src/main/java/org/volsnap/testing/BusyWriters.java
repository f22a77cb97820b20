/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.testing;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.hdfs.DistributedFileSystem;

/** Threads that each write a file, hflush after every piece, and go on until the cluster refuses or they are stopped. */
public final class BusyWriters implements AutoCloseable {
    private static final int LARGEST_PIECE = 6_000;

    private final List<WrittenFile> files = new ArrayList<>();
    private final ExecutorService threads;
    private volatile boolean stopping;

    /** @param directory the files are {@code writer0}, {@code writer1}, ... below it */
    public BusyWriters(DistributedFileSystem fileSystem, String directory, int count, long seed) throws IOException {
        threads = Executors.newFixedThreadPool(count);
        for (int i = 0; i < count; i++) {
            WrittenFile file = new WrittenFile(fileSystem, directory + "/writer" + i, seed + i);
            Random random = new Random(seed + i);
            files.add(file);
            threads.execute(() -> write(file, random));
        }
    }

    private void write(WrittenFile file, Random random) {
        try {
            while (!stopping) {
                file.write(1 + random.nextInt(LARGEST_PIECE));
                file.flush();
            }
        } catch (IOException e) {
            // The cluster went away under its writer: that is what a rollback does.
            stopping = true;
        }
    }

    public List<WrittenFile> files() {
        return files;
    }

    /** Waits until every one has acknowledged so many bytes more. */
    public void awaitProgress(long bytes) {
        List<Long> goals = files.stream().map(file -> file.flushed() + bytes).toList();
        VolsnapCluster.waitFor("writers", Duration.ofSeconds(60), () -> {
            for (int i = 0; i < goals.size(); i++) {
                if (files.get(i).flushed() < goals.get(i)) {
                    return false;
                }
            }
            return true;
        });
    }

    /** Stops the threads; the files stay open. */
    @Override
    public void close() {
        stopping = true;
        threads.shutdownNow();
        try {
            if (!threads.awaitTermination(60, TimeUnit.SECONDS)) {
                throw new AssertionError("a writer does not end");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while writers end", e);
        }
    }
}
