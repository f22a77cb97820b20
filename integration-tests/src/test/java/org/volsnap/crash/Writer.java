/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.crash;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.locks.Lock;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.hdfs.DFSOutputStream;
import org.apache.hadoop.hdfs.DFSTestUtil;
import org.apache.hadoop.hdfs.DistributedFileSystem;

/**
 * Changes the files of a directory of its own in every way HDFS has, one after the other, and keeps the books of what was
 * acknowledged. A file whose change failed is left alone until {@link #settle}: HDFS may have made the change, or not. One
 * thread at a time.
 */
final class Writer {
    private static final int MAX_FILE = 700_000;
    private static final int MAX_PIECE = 60_000;
    private static final List<String> NAMES = List.of("a", "b", "c", "d", "e", "f");

    /** Files with one replica; the others have two. */
    private static final Set<String> SINGLES = Set.of("d", "e", "f");

    /** A truncate that takes so long waits for a process that was killed. */
    private static final Duration KILL_IN_THE_WAY = Duration.ofSeconds(5);

    private static final Duration LONGEST_RECOVERY = Duration.ofMinutes(3);

    private final int number;
    private final Path directory;
    private final Books books;
    private final Random random;
    private final Map<String, Stream> streams = new TreeMap<>();
    private final TreeSet<String> suspects = new TreeSet<>();
    private final List<Renamed> renamed = new ArrayList<>();
    /**
     * Held while a file with two replicas is truncated. HDFS can't finish a truncate of which one DataNode has made its
     * part and another was killed: it takes two finalized replicas of different length for an error, for ever.
     */
    private final Lock calm;

    private int changes;
    private int failures;

    /** @param calm can be had while no process is being killed, and keeps the next from being killed */
    Writer(int number, Books books, long seed, Lock calm) {
        this.calm = calm;
        this.number = number;
        this.directory = new Path("/crash/writer" + number);
        this.books = books;
        this.random = new Random(seed);
    }

    /** A file that is open for writing. */
    private static final class Stream {
        final FSDataOutputStream out;
        final byte[] bytes;
        int written;
        int flushed;

        Stream(FSDataOutputStream out, byte[] before) {
            this.out = out;
            this.bytes = Arrays.copyOf(before, MAX_FILE + MAX_PIECE);
            this.written = before.length;
            this.flushed = before.length;
        }

        Possible state() {
            return new Possible(bytes, flushed, written);
        }
    }

    /** A rename that failed: the file has one of the two names. */
    private record Renamed(String from, String to) {}

    /** What a change does; throws when it is not known whether it was made. */
    @FunctionalInterface
    private interface Change {
        void make() throws IOException;
    }

    /** Makes one change. */
    void change(DistributedFileSystem fileSystem) {
        String name = NAMES.get(random.nextInt(NAMES.size()));
        int choice = random.nextInt(100);
        if (suspects.contains(name)) {
            return;
        }
        Stream stream = streams.get(name);
        if (stream != null) {
            attempt(name, () -> goOn(name, stream, choice));
        } else {
            Possible file = books.of(number, name).get(0);
            attempt(name, () -> begin(fileSystem, name, file, choice));
        }
    }

    private void begin(DistributedFileSystem fileSystem, String name, Possible file, int choice) throws IOException {
        byte[] bytes = file.bytes();
        if (bytes == null || choice < 15) {
            create(fileSystem, name, file);
        } else if (choice < 50) {
            append(fileSystem, name, bytes);
        } else if (choice < 75) {
            truncate(fileSystem, name, file, bytes);
        } else if (choice < 88) {
            delete(fileSystem, name, file);
        } else {
            rename(fileSystem, name, file);
        }
    }

    private void attempt(String name, Change change) {
        try {
            change.make();
            changes++;
        } catch (IOException e) {
            failures++;
            suspects.add(name);
            abandon(name);
        }
    }

    private void abandon(String name) {
        Stream stream = streams.remove(name);
        if (stream != null) {
            try {
                DFSTestUtil.abortStream((DFSOutputStream) stream.out.getWrappedStream());
            } catch (IOException e) {
                // It is a suspect already.
                failures++;
            }
        }
    }

    private Path path(String name) {
        return new Path(directory, name);
    }

    private void create(DistributedFileSystem fileSystem, String name, Possible before) throws IOException {
        byte[] nothing = new byte[0];
        books.put(number, name, before, Possible.exactly(nothing));
        open(name, new Stream(fileSystem.create(path(name), replication(name)), nothing));
    }

    private static short replication(String name) {
        return (short) (SINGLES.contains(name) ? 1 : 2);
    }

    private void append(DistributedFileSystem fileSystem, String name, byte[] before) throws IOException {
        open(name, new Stream(fileSystem.append(path(name)), before));
    }

    private void open(String name, Stream stream) throws IOException {
        streams.put(name, stream);
        books.put(number, name, stream.state());
        write(name, stream);
    }

    private void goOn(String name, Stream stream, int choice) throws IOException {
        if (choice < 40 || stream.written > MAX_FILE) {
            stream.out.close();
            streams.remove(name);
            books.put(number, name, Possible.exactly(Arrays.copyOf(stream.bytes, stream.written)));
        } else {
            write(name, stream);
        }
    }

    private void write(String name, Stream stream) throws IOException {
        if (stream.written > MAX_FILE) {
            return;
        }
        byte[] piece = new byte[1 + random.nextInt(MAX_PIECE)];
        random.nextBytes(piece);
        System.arraycopy(piece, 0, stream.bytes, stream.written, piece.length);
        stream.written += piece.length;
        books.put(number, name, stream.state());
        stream.out.write(piece);
        if (random.nextInt(4) > 0) {
            int before = stream.written;
            stream.out.hflush();
            stream.flushed = before;
            books.put(number, name, stream.state());
        }
    }

    private void truncate(DistributedFileSystem fileSystem, String name, Possible before, byte[] bytes)
            throws IOException {
        if (bytes.length == 0) {
            return;
        }
        if (SINGLES.contains(name)) {
            truncateTo(fileSystem, name, before, bytes, KILL_IN_THE_WAY);
        } else if (calm.tryLock()) {
            try {
                // Nothing is killed meanwhile, however long it takes.
                truncateTo(fileSystem, name, before, bytes, LONGEST_RECOVERY);
            } finally {
                calm.unlock();
            }
        }
    }

    private void truncateTo(
            DistributedFileSystem fileSystem, String name, Possible before, byte[] bytes, Duration atMost)
            throws IOException {
        Possible after = Possible.exactly(Arrays.copyOf(bytes, random.nextInt(bytes.length)));
        books.put(number, name, before, after);
        if (!fileSystem.truncate(path(name), after.most())) {
            awaitClosed(fileSystem, name, atMost);
        }
        books.put(number, name, after);
    }

    private void awaitClosed(DistributedFileSystem fileSystem, String name, Duration atMost) throws IOException {
        long start = System.nanoTime();
        while (!fileSystem.isFileClosed(path(name))) {
            if (System.nanoTime() - start > atMost.toNanos()) {
                throw new IOException(name + " is not closed");
            }
            Pause.millis(20);
        }
    }

    private void delete(DistributedFileSystem fileSystem, String name, Possible before) throws IOException {
        books.put(number, name, before, Possible.ABSENT);
        if (!fileSystem.delete(path(name), false)) {
            throw new IOException(name + " was not there");
        }
        books.put(number, name, Possible.ABSENT);
    }

    private void rename(DistributedFileSystem fileSystem, String from, Possible before) throws IOException {
        String to = NAMES.get(random.nextInt(NAMES.size()));
        boolean free = !suspects.contains(to)
                && !streams.containsKey(to)
                && replication(from) == replication(to)
                && books.of(number, to).get(0).bytes() == null;
        if (!free) {
            return;
        }
        List<Possible> either = List.of(before, Possible.ABSENT);
        books.put(number, Map.of(from, either, to, either));
        try {
            if (!fileSystem.rename(path(from), path(to))) {
                throw new IOException(from + " was not renamed to " + to);
            }
        } catch (IOException e) {
            suspects.add(to);
            renamed.add(new Renamed(from, to));
            throw e;
        }
        books.put(number, Map.of(from, List.of(Possible.ABSENT), to, List.of(before)));
    }

    /**
     * Closes all files, on a cluster that is whole, and compares each with the books.
     *
     * @throws AssertionError when something that was acknowledged is not there
     */
    void settle(DistributedFileSystem fileSystem) throws IOException {
        Map.copyOf(streams).forEach((name, stream) -> attempt(name, () -> goOn(name, stream, 0)));
        SortedMap<String, byte[]> actual = read(fileSystem);
        String violation = books.present().violation(number, actual);
        if (violation != null) {
            throw new AssertionError("the files of " + directory + " are not what HDFS acknowledged: " + violation);
        }
        for (Renamed each : renamed) {
            if (actual.containsKey(each.from()) == actual.containsKey(each.to())) {
                throw new AssertionError(directory + ": a rename left both or none of " + each);
            }
        }
        suspects.clear();
        renamed.clear();
        books.settle(number, actual);
    }

    /** The cluster was put back: these files are something else now. */
    void forget() {
        List.copyOf(streams.keySet()).forEach(this::abandon);
        suspects.clear();
        renamed.clear();
    }

    /** Reads all files of the directory; waits until they are closed. */
    SortedMap<String, byte[]> read(DistributedFileSystem fileSystem) throws IOException {
        TreeMap<String, byte[]> actual = new TreeMap<>();
        if (!fileSystem.exists(directory)) {
            return actual;
        }
        for (FileStatus status : fileSystem.listStatus(directory)) {
            Patience.until("recovery of " + status.getPath(), () -> fileSystem.recoverLease(status.getPath()));
            actual.put(
                    status.getPath().getName(),
                    Patience.get(
                            "reading " + status.getPath(),
                            () -> DFSTestUtil.readFileAsBytes(fileSystem, status.getPath())));
        }
        return actual;
    }

    int number() {
        return number;
    }

    /** For a line of the report. */
    String figures() {
        return changes + " changes, " + failures + " interrupted";
    }
}
