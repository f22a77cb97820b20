/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.file;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.common.collect.ImmutableSortedMap;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import org.volsnap.store.StoreCorruptException;
import org.volsnap.store.StoreException;

/**
 * Who a store is: written once, when it is made. Its bytes are the id, the chunk shift in 4 bytes, the number of traits
 * in 4 bytes, then name and value of each, as UTF-8 with the length in 2 bytes. The first trait is the block pool.
 *
 * @param id the store's name for good
 * @param chunkShift log2 of the chunk size
 * @param traits what it belongs to
 */
record StoreHeader(UUID id, int chunkShift, SortedMap<String, String> traits) {
    static final String POOL = "block pool";
    private static final int FIXED_BYTES = 24;

    StoreHeader {
        traits = ImmutableSortedMap.copyOfSorted(traits);
    }

    static StoreHeader of(UUID id, FileStoreOptions options) {
        SortedMap<String, String> traits = new TreeMap<>(options.identity());
        traits.put(POOL, options.pool());
        return new StoreHeader(id, options.geometry().shift(), traits);
    }

    /** Refuses a store that was made for somebody else or in another geometry. */
    void checkAgainst(FileStoreOptions options, Path file) throws StoreException {
        StoreHeader expected = of(id, options);
        for (Map.Entry<String, String> trait : expected.traits.entrySet()) {
            String mine = traits.getOrDefault(trait.getKey(), "none");
            if (!mine.equals(trait.getValue())) {
                throw new StoreException("%s belongs to somebody else: its %s is %s, expected %s"
                        .formatted(file, trait.getKey(), mine, trait.getValue()));
            }
        }
        if (chunkShift != expected.chunkShift) {
            throw new StoreException("%s was made with chunks of %d bytes, configured are %d"
                    .formatted(file, 1L << chunkShift, 1L << expected.chunkShift));
        }
    }

    String pool() {
        return traits.getOrDefault(POOL, "");
    }

    ByteBuffer encode() {
        int length = FIXED_BYTES;
        for (Map.Entry<String, String> trait : traits.entrySet()) {
            length += 2 * Short.BYTES + bytes(trait.getKey()).length + bytes(trait.getValue()).length;
        }
        ByteBuffer out = FrameCodec.littleEndian(length);
        out.putLong(id.getMostSignificantBits()).putLong(id.getLeastSignificantBits());
        out.putInt(chunkShift).putInt(traits.size());
        for (Map.Entry<String, String> trait : traits.entrySet()) {
            putText(out, trait.getKey());
            putText(out, trait.getValue());
        }
        return out.flip();
    }

    static StoreHeader decode(ByteBuffer in, Path file) throws StoreCorruptException {
        try {
            UUID id = new UUID(in.getLong(), in.getLong());
            int chunkShift = in.getInt();
            SortedMap<String, String> traits = new TreeMap<>();
            for (int count = in.getInt(); count > 0; count--) {
                traits.put(getText(in), getText(in));
            }
            return new StoreHeader(id, chunkShift, traits);
        } catch (BufferUnderflowException e) {
            throw new StoreCorruptException(file + " is damaged at byte " + in.limit() + ": it ends early", e);
        }
    }

    private static void putText(ByteBuffer out, String text) {
        byte[] bytes = bytes(text);
        out.putShort((short) bytes.length).put(bytes);
    }

    private static String getText(ByteBuffer in) {
        byte[] bytes = new byte[Short.toUnsignedInt(in.getShort())];
        in.get(bytes);
        return new String(bytes, UTF_8);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }
}
