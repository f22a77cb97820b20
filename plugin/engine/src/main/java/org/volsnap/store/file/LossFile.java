/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.file;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.volsnap.store.file.LossFormat.COPY_BYTES;
import static org.volsnap.store.file.LossFormat.CRC_OFFSET;
import static org.volsnap.store.file.LossFormat.MAGIC;
import static org.volsnap.store.file.LossFormat.MAX_REASON_BYTES;
import static org.volsnap.store.file.LossFormat.REASON_LENGTH_OFFSET;
import static org.volsnap.store.file.LossFormat.REASON_OFFSET;
import static org.volsnap.store.file.LossFormat.SLOT_BYTES;
import static org.volsnap.store.file.LossFormat.VERSION_OFFSET;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.volsnap.store.StoreException;
import org.volsnap.store.StoreRecord.VersionLost;

/**
 * Space that is set aside for losses, so that one can be recorded when the log can't grow. Slots are given out upward
 * and never held by two writers. Safe for many threads, once {@link #load} has been called.
 */
final class LossFile {
    private static final int PIECE_BYTES = 64 << 10;

    private final StoreFiles files;
    private final Path path;
    private final UUID storeId;
    private final AtomicInteger next = new AtomicInteger();
    private volatile int slots;

    LossFile(StoreFiles files, Path path, UUID storeId) {
        this.files = files;
        this.path = path;
        this.storeId = storeId;
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
    record Slot(int number, VersionLost loss) {}

    /**
     * What is recorded.
     *
     * @param slots that hold a loss, in their order
     * @param damagedAt the offset of a slot that held a loss that can't be read any more
     */
    record Content(List<Slot> slots, Optional<Long> damagedAt) {}

    /** Reads everything, and finds where to go on. Called once, before the first {@link #add}. */
    Content load() throws IOException {
        try (StoreFile file = files.openRead(path)) {
            slots = (int) (file.length() / SLOT_BYTES);
            int used = slots;
            while (used > 0 && Zeros.only(readSlot(file, used - 1))) {
                used--;
            }
            next.set(used);
        }
        return read();
    }

    /** The slots given out by now. The last one may be half written by a crash: that loss was never acknowledged. */
    Content read() throws IOException {
        int used = next.get();
        List<Slot> found = new ArrayList<>();
        Optional<Long> damagedAt = Optional.empty();
        try (StoreFile file = files.openRead(path)) {
            for (int number = 0; number < used; number++) {
                ByteBuffer bytes = readSlot(file, number);
                Optional<VersionLost> loss = decode(bytes, 0).or(() -> decode(bytes, COPY_BYTES));
                if (loss.isPresent()) {
                    found.add(new Slot(number, loss.get()));
                } else if (!Zeros.only(bytes) && number < used - 1) {
                    damagedAt = Optional.of((long) number * SLOT_BYTES);
                }
            }
        }
        return new Content(found, damagedAt);
    }

    private static ByteBuffer readSlot(StoreFile file, int number) throws IOException {
        ByteBuffer bytes = FrameCodec.littleEndian(SLOT_BYTES);
        file.read(bytes, (long) number * SLOT_BYTES);
        return bytes;
    }

    /** Records a loss; durable when it returns. */
    void add(long version, String reason) throws IOException {
        int slot = next.getAndUpdate(n -> Math.min(n + 1, slots));
        if (slot >= slots) {
            throw new StoreException("%s is full: it holds %d losses".formatted(path, slots));
        }
        ByteBuffer copy = encode(version, reason);
        ByteBuffer both = ByteBuffer.allocate(SLOT_BYTES)
                .put(copy.duplicate())
                .put(copy.duplicate())
                .flip();
        try (StoreFile file = files.openWrite(path)) {
            file.write(both, (long) slot * SLOT_BYTES);
            file.force();
        }
    }

    /** Empties slots whose losses are recorded elsewhere by now. When these were all, the first is the next again. */
    void clear(List<Slot> recorded) throws IOException {
        int used = next.get();
        try (StoreFile file = files.openWrite(path)) {
            for (Slot slot : recorded) {
                file.write(ByteBuffer.allocate(SLOT_BYTES), (long) slot.number() * SLOT_BYTES);
            }
            file.force();
        }
        if (recorded.size() == used) {
            next.compareAndSet(used, 0);
        }
    }

    private static void zero(StoreFile file, long from, long to) throws IOException {
        for (long at = from; at < to; at += PIECE_BYTES) {
            file.write(ByteBuffer.allocate((int) Math.min(PIECE_BYTES, to - at)), at);
        }
    }

    private ByteBuffer encode(long version, String reason) {
        byte[] text = RecordCodec.shortened(reason, MAX_REASON_BYTES);
        ByteBuffer copy = FrameCodec.littleEndian(COPY_BYTES);
        copy.putInt(0, MAGIC).putShort(REASON_LENGTH_OFFSET, (short) text.length);
        copy.putLong(VERSION_OFFSET, version).put(REASON_OFFSET, text);
        return copy.putInt(CRC_OFFSET, crc(copy));
    }

    private Optional<VersionLost> decode(ByteBuffer slot, int offset) {
        ByteBuffer copy = slot.slice(offset, COPY_BYTES).order(ByteOrder.LITTLE_ENDIAN);
        int length = copy.getShort(REASON_LENGTH_OFFSET);
        boolean valid = copy.getInt(0) == MAGIC
                && length >= 0
                && length <= MAX_REASON_BYTES
                && copy.getInt(CRC_OFFSET) == crc(copy);
        if (!valid) {
            return Optional.empty();
        }
        byte[] text = new byte[length];
        copy.get(REASON_OFFSET, text);
        return Optional.of(new VersionLost(copy.getLong(VERSION_OFFSET), new String(text, UTF_8)));
    }

    private int crc(ByteBuffer copy) {
        ByteBuffer id = FrameCodec.littleEndian(2 * Long.BYTES);
        id.putLong(storeId.getMostSignificantBits()).putLong(storeId.getLeastSignificantBits());
        return Checksums.crc(id.flip(), copy.slice(0, CRC_OFFSET));
    }
}
