/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.file;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes batches at the end of the open segment, gathering small pieces into few writes.
 *
 * <p>Behind a small batch zeros are written, with the same force: the next ones lie in them, change neither length nor
 * extents of the file, and cost the file system no transaction when they are forced, as in the logs of PostgreSQL and
 * InnoDB. They are room for sixteen more batches of that length. A large batch is its own reward: zeros would cost it
 * more than they save. For one thread; after a failure a batch begins anew.
 */
final class SegmentOutput implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(SegmentOutput.class);

    private static final int STAGE_BYTES = 128 << 10;

    /** A chunk of 32 KiB with its checksums and header is one. */
    private static final int LARGEST_SMALL_BATCH_BYTES = 40 << 10;

    private static final int BATCHES_AHEAD = 16;
    private static final int LEAST_AHEAD_BYTES = 64 << 10;
    private static final byte[] ZEROS = new byte[LEAST_AHEAD_BYTES];

    private final StoreFile file;
    private final long segmentBytes;
    private final ByteBuffer stage = ByteBuffer.allocate(STAGE_BYTES);

    /** Bytes of the file. Behind the last batch they are zero, but for a mark, which the next batch is written over. */
    private long writtenEnd;

    private long batchStart;
    private long offset;
    private boolean fillsAhead = true;

    /**
     * @param end of the file, in bytes
     * @param segmentBytes length that zeros do not go beyond
     */
    SegmentOutput(StoreFile file, long end, long segmentBytes) {
        this.file = file;
        this.writtenEnd = end;
        this.segmentBytes = segmentBytes;
    }

    /** What is put from now on goes to this offset, which is aligned. */
    void begin(long start) {
        batchStart = start;
        offset = start;
        stage.clear();
    }

    /** Takes all of the piece. */
    void put(ByteBuffer piece) throws IOException {
        while (piece.hasRemaining()) {
            if (!stage.hasRemaining()) {
                flush();
            }
            int count = Math.min(piece.remaining(), stage.remaining());
            stage.put(piece.slice(piece.position(), count));
            piece.position(piece.position() + count);
        }
    }

    /** Adds zeros up to where a frame may begin. */
    void align() throws IOException {
        int missing = (int) (LogFormat.align(stage.position()) - stage.position());
        put(ByteBuffer.allocate(missing));
    }

    /** Writes the batch where that needs space; what fits into the zeros is left to {@link #force}. */
    void write() throws IOException {
        boolean fits = offset == batchStart && offset + stage.position() <= writtenEnd;
        if (!fits) {
            flush();
            fillAhead();
        }
    }

    /** Writes what was put. Not durable. */
    void flush() throws IOException {
        if (stage.position() > 0) {
            stage.flip();
            int count = stage.limit();
            file.write(stage, offset);
            offset += count;
            writtenEnd = Math.max(writtenEnd, offset);
            stage.clear();
        }
    }

    private void fillAhead() throws IOException {
        long length = offset - batchStart;
        long end = Math.min(segmentBytes, offset + Math.max(LEAST_AHEAD_BYTES, BATCHES_AHEAD * length));
        if (length > LARGEST_SMALL_BATCH_BYTES || !fillsAhead) {
            return;
        }
        try {
            while (writtenEnd < end) {
                int count = (int) Math.min(ZEROS.length, end - writtenEnd);
                file.write(ByteBuffer.wrap(ZEROS, 0, count), writtenEnd);
                writtenEnd += count;
            }
        } catch (IOException e) {
            LOG.debug("No space for zeros behind the log: it grows with every batch", e);
            fillsAhead = false;
            truncate(offset);
        }
    }

    /** Makes all since {@link #begin} durable, by one force. */
    void force() throws IOException {
        if (stage.position() > 0) {
            file.writeDurably(stage.flip(), offset);
            stage.clear();
        } else {
            file.force();
        }
    }

    /** Cuts off everything from here on. Not durable. */
    void truncate(long end) throws IOException {
        writtenEnd = end;
        file.truncate(end);
    }

    /** Cuts the zeros off; where that fails they stay. */
    void closeAt(long end) throws IOException {
        try (file) {
            truncate(end);
        } catch (IOException e) {
            LOG.debug("Zeros stay behind a segment's end", e);
        }
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
