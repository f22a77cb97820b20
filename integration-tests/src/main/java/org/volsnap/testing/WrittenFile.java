/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.testing;

import static java.util.Objects.requireNonNull;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.hdfs.DFSOutputStream;
import org.apache.hadoop.hdfs.DFSTestUtil;
import org.apache.hadoop.hdfs.DistributedFileSystem;

/**
 * A file that is being written, with the books that say what a snapshot of it must and may contain. Every byte follows
 * from the file's seed and the byte's offset. One thread writes, any may ask.
 */
public final class WrittenFile implements Closeable {
    private final DistributedFileSystem fileSystem;
    private final Path path;
    private final long seed;
    private final FSDataOutputStream out;
    private volatile long written;
    private volatile long flushed;

    /** Creates the file. */
    public WrittenFile(DistributedFileSystem fileSystem, String path, long seed) throws IOException {
        this.fileSystem = requireNonNull(fileSystem, "fileSystem is null");
        this.path = new Path(path);
        this.seed = seed;
        out = fileSystem.create(this.path, true);
    }

    public String path() {
        return path.toString();
    }

    /** Bytes that may have left the writer. */
    public long written() {
        return written;
    }

    /** Bytes whose hflush has returned. */
    public long flushed() {
        return flushed;
    }

    public void write(int length) throws IOException {
        byte[] bytes = content(written, length);
        written += length;
        out.write(bytes);
    }

    public void flush() throws IOException {
        long before = written;
        out.hflush();
        flushed = before;
    }

    /** The writer dies: its lease stays. */
    public void abandon() throws IOException {
        DFSTestUtil.abortStream((DFSOutputStream) out.getWrappedStream());
    }

    /** The uuid of the DataNode through which the other ones get what is written. */
    public String firstDataNode() {
        return ((DFSOutputStream) out.getWrappedStream()).getPipeline()[0].getDatanodeUuid();
    }

    /** Opens the closed file again, writes on, and closes it. */
    public void append(int length) throws IOException {
        try (FSDataOutputStream again = fileSystem.append(path)) {
            again.write(content(fileSystem.getFileStatus(path).getLen(), length));
        }
    }

    @Override
    public void close() throws IOException {
        out.close();
        flushed = written;
    }

    /** Reads the whole file; throws an {@link AssertionError} at the first byte that was never written there. */
    public long readAndCompare() throws IOException {
        long offset = 0;
        try (InputStream in = fileSystem.open(path)) {
            for (byte[] read = in.readNBytes(1 << 16); read.length > 0; read = in.readNBytes(1 << 16)) {
                int differs = Arrays.mismatch(read, content(offset, read.length));
                if (differs >= 0) {
                    throw new AssertionError(path + " has a wrong byte at " + (offset + differs));
                }
                offset += read.length;
            }
        }
        return offset;
    }

    private byte[] content(long from, int length) {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++) {
            long mixed = (seed + ((from + i) >>> 3)) * 0x9E3779B97F4A7C15L;
            mixed = (mixed ^ (mixed >>> 29)) * 0xBF58476D1CE4E5B9L;
            bytes[i] = (byte) (mixed >>> (8 * ((from + i) & 7)));
        }
        return bytes;
    }
}
