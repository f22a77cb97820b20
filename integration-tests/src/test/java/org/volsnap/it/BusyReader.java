/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.it;

import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.volsnap.testing.VolsnapCluster;

/**
 * A stock client that reads pieces of a file again and again, in a thread of its own, and compares each with what may be
 * there. A read that fails is no harm; one that returns other bytes is.
 */
final class BusyReader implements AutoCloseable {
    private static final int PIECE = 4096;

    private final FileSystem client;
    private final Path file;
    private final boolean holdsOpen;
    private final List<byte[]> allowed;
    private final AtomicLong reads = new AtomicLong();
    private final AtomicLong failures = new AtomicLong();
    private final Thread thread = new Thread(this::readAll, "busy reader");
    private volatile String wrong = "";
    private volatile boolean stopped;

    private BusyReader(Configuration conf, Path file, boolean holdsOpen, byte[]... allowed) throws IOException {
        Configuration own = new Configuration(conf);
        own.setInt("dfs.client.retry.window.base", 50);
        own.setInt("ipc.client.connect.max.retries", 1);
        client = FileSystem.newInstance(own);
        this.file = file;
        this.holdsOpen = holdsOpen;
        this.allowed = List.of(allowed);
        thread.start();
    }

    /** Opens the file once and keeps the stream, and a connection to a DataNode, as long as it works. */
    static BusyReader holdingOpen(Configuration conf, Path file, byte[] content) throws IOException {
        return new BusyReader(conf, file, true, content);
    }

    /** Opens the file for each piece, which is to be from one of two contents of equal length. */
    static BusyReader openingAnew(Configuration conf, Path file, byte[] one, byte[] other) throws IOException {
        return new BusyReader(conf, file, false, one, other);
    }

    /** Waits for so many more pieces that were read. */
    void awaitReads(long more) {
        long from = reads.get();
        VolsnapCluster.waitFor("reads of " + file, Duration.ofSeconds(60), () -> reads.get() >= from + more);
    }

    /** The first piece that was nothing of what is allowed. */
    Optional<String> wrong() {
        return Optional.of(wrong).filter(text -> !text.isEmpty());
    }

    /** How often a read failed, or the file could not be opened. */
    long failures() {
        return failures.get();
    }

    private void readAll() {
        Random random = new Random(5);
        while (!stopped) {
            try (FSDataInputStream in = client.open(file)) {
                do {
                    readPiece(in, random.nextInt(allowed.get(0).length - PIECE), random.nextBoolean());
                } while (holdsOpen && !stopped);
            } catch (IOException e) {
                failures.incrementAndGet();
            }
        }
    }

    private void readPiece(FSDataInputStream in, int position, boolean stateful) throws IOException {
        byte[] piece = new byte[PIECE];
        if (stateful) {
            in.seek(position);
            in.readFully(piece);
        } else {
            in.readFully(position, piece);
        }
        if (pieces(position).noneMatch(right -> Arrays.equals(piece, right))) {
            wrong = file + " at " + position;
        }
        reads.incrementAndGet();
    }

    private Stream<byte[]> pieces(int position) {
        return allowed.stream().map(content -> Arrays.copyOfRange(content, position, position + PIECE));
    }

    @Override
    public void close() throws Exception {
        stopped = true;
        thread.join();
        client.close();
    }
}
