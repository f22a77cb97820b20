/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.file;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.volsnap.store.file.LossFormat.COPY_BYTES;
import static org.volsnap.store.file.LossFormat.CRC_OFFSET;
import static org.volsnap.store.file.LossFormat.HEADER_LENGTH_OFFSET;
import static org.volsnap.store.file.LossFormat.HEADER_OFFSET;
import static org.volsnap.store.file.LossFormat.MAGIC;
import static org.volsnap.store.file.LossFormat.MAX_TEXT_BYTES;
import static org.volsnap.store.file.LossFormat.REASON_LENGTH_OFFSET;
import static org.volsnap.store.file.LossFormat.SLOT_BYTES;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.volsnap.model.VersionHeader;
import org.volsnap.store.StoreCorruptException;
import org.volsnap.store.StoreException;
import org.volsnap.store.StoreRecord.VersionLost;
import org.volsnap.store.StoreRecord.VersionPreserved;

/**
 * Space that is set aside for losses, so that one can be recorded when the log can't grow. Slots are given out upward
 * and never held by two writers. Safe for many threads, once {@link #load} has been called.
 */
final class LossFile {
    private static final int PIECE_BYTES = 64 << 10;

    private final StoreFiles files;
    private final Path path;
    private final UUID storeId;
    private final RecordCodec records;
    /** Held while slots are written: a leaf. */
    private final Object adding = new Object();

    /** Written under the lock, read without it. */
    private final AtomicInteger next = new AtomicInteger();

    private volatile int slots;

    LossFile(StoreFiles files, Path path, UUID storeId, RecordCodec records) {
        this.files = files;
        this.path = path;
        this.storeId = storeId;
        this.records = records;
    }

    Path path() {
        return path;
    }

    /** Takes the space, with written bytes, since a hole would set nothing aside. Durable when it returns. */
    static void allocate(StoreFiles files, Path path, int slots) throws IOException {
        try (StoreFile file = files.openWrite(path)) {
            zero(file, file.length(), (long) slots * SLOT_BYTES);
            file.force();
        }
    }

    /** A slot that holds a loss. */
    record Slot(int number, VersionPreserved version, VersionLost loss) {}

    /**
     * What is recorded.
     *
     * @param slots that hold a loss, in their order
     * @param damagedAt the offset of a slot that held a loss that can't be read any more
     */
    record Content(List<Slot> slots, Optional<Long> damagedAt) {}

    /**
     * Reads everything, makes it durable, also what only the page cache held, and finds where to go on. Called once,
     * before the first {@link #add}.
     */
    Content load() throws IOException {
        if (!files.exists(path)) {
            throw new StoreCorruptException(path + " is damaged at byte 0: it is missing");
        }
        boolean isShort;
        long length;
        try (StoreFile file = files.openWrite(path)) {
            file.force();
            length = file.length();
            isShort = length < SLOT_BYTES || length % SLOT_BYTES != 0;
            slots = (int) (file.length() / SLOT_BYTES);
            int used = slots;
            while (used > 0 && Zeros.only(readSlot(file, used - 1))) {
                used--;
            }
            // the write of the last one may have been cut short: it was never acknowledged, and is given out again
            boolean torn =
                    used > 0 && decode(used - 1, readSlot(file, used - 1)).isEmpty();
            next.set(torn ? used - 1 : used);
        }
        Content content = read();
        // what was cut off may have held losses
        return isShort ? new Content(content.slots(), Optional.of(length)) : content;
    }

    /** The slots given out by now. */
    Content read() throws IOException {
        int used = next.get();
        List<Slot> found = new ArrayList<>();
        Optional<Long> damagedAt = Optional.empty();
        try (StoreFile file = files.openRead(path)) {
            for (int number = 0; number < used; number++) {
                ByteBuffer bytes = readSlot(file, number);
                Optional<Slot> slot = decode(number, bytes);
                if (slot.isPresent()) {
                    found.add(slot.get());
                } else if (!isCleared(bytes)) {
                    damagedAt = Optional.of((long) number * SLOT_BYTES);
                }
            }
        }
        return new Content(found, damagedAt);
    }

    /** Clearing may have been cut short too: what it was for is in the log by then. */
    private static boolean isCleared(ByteBuffer slot) {
        return Zeros.only(slot.slice(0, COPY_BYTES));
    }

    private static ByteBuffer readSlot(StoreFile file, int number) throws IOException {
        ByteBuffer bytes = FrameCodec.littleEndian(SLOT_BYTES);
        file.read(bytes, (long) number * SLOT_BYTES);
        return bytes;
    }

    /**
     * Records a loss; durable when it returns. One at a time, and one that fails leaves its slot to the next: so no slot but
     * the last can be half written.
     */
    void add(VersionHeader version, String reason) throws IOException {
        ByteBuffer copy = encode(version, reason);
        ByteBuffer both = ByteBuffer.allocate(SLOT_BYTES)
                .put(copy.duplicate())
                .put(copy.duplicate())
                .flip();
        synchronized (adding) {
            int slot = next.get();
            if (slot >= slots) {
                throw new StoreException("%s is full: it holds %d losses".formatted(path, slots));
            }
            Uninterrupted.run(() -> {
                try (StoreFile file = files.openWrite(path)) {
                    file.write(both.duplicate(), (long) slot * SLOT_BYTES);
                    file.force();
                }
            });
            next.set(slot + 1);
        }
    }

    /** Empties slots whose losses are recorded elsewhere by now. When these were all, the first is the next again. */
    void clear(List<Slot> recorded) throws IOException {
        synchronized (adding) {
            int used = next.get();
            try (StoreFile file = files.openWrite(path)) {
                for (Slot slot : recorded) {
                    file.write(ByteBuffer.allocate(SLOT_BYTES), (long) slot.number() * SLOT_BYTES);
                }
                file.force();
            }
            if (recorded.size() == used) {
                next.set(0);
            }
        }
    }

    private static void zero(StoreFile file, long from, long to) throws IOException {
        for (long at = from; at < to; at += PIECE_BYTES) {
            file.write(ByteBuffer.allocate((int) Math.min(PIECE_BYTES, to - at)), at);
        }
    }

    private ByteBuffer encode(VersionHeader version, String reason) {
        ByteBuffer header = records.encode(new VersionPreserved(version));
        byte[] text = RecordCodec.shortened(reason, MAX_TEXT_BYTES - header.remaining());
        ByteBuffer copy = FrameCodec.littleEndian(COPY_BYTES).putInt(0, MAGIC);
        copy.putShort(HEADER_LENGTH_OFFSET, (short) header.remaining());
        copy.putShort(REASON_LENGTH_OFFSET, (short) text.length);
        copy.position(HEADER_OFFSET).put(header).put(text).clear();
        return copy.putInt(CRC_OFFSET, crc(copy));
    }

    private Optional<Slot> decode(int number, ByteBuffer slot) {
        return decode(number, slot, 0).or(() -> decode(number, slot, COPY_BYTES));
    }

    private Optional<Slot> decode(int number, ByteBuffer slot, int offset) {
        ByteBuffer copy = slot.slice(offset, COPY_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        int headerLength = copy.getShort(HEADER_LENGTH_OFFSET);
        int reasonLength = copy.getShort(REASON_LENGTH_OFFSET);
        boolean valid = copy.getInt(0) == MAGIC
                && headerLength >= 0
                && reasonLength >= 0
                && headerLength + reasonLength <= MAX_TEXT_BYTES
                && copy.getInt(CRC_OFFSET) == crc(copy);
        if (!valid) {
            return Optional.empty();
        }
        byte[] reason = new byte[reasonLength];
        copy.get(HEADER_OFFSET + headerLength, reason);
        return records.decodeVersion(copy.slice(HEADER_OFFSET, headerLength))
                .map(version -> new Slot(
                        number, version, new VersionLost(version.header().number(), new String(reason, UTF_8))));
    }

    private int crc(ByteBuffer copy) {
        ByteBuffer id = FrameCodec.littleEndian(2 * Long.BYTES);
        id.putLong(storeId.getMostSignificantBits()).putLong(storeId.getLeastSignificantBits());
        return Checksums.crc(id.flip(), copy.slice(0, CRC_OFFSET));
    }
}
