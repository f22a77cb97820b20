/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.file;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableSortedMap;
import java.util.Map;
import org.volsnap.model.ChunkGeometry;

/**
 * What a store is told when it is opened.
 *
 * @param pool the block pool whose replicas it preserves; every key that comes in carries it
 * @param identity who the store belongs to, by name of the trait ("cluster id", "datanode uuid"): written into a new
 *     store, and compared when one is opened, so that a disk swapped in from elsewhere is refused
 * @param geometry chunk size; a store keeps the one it was made with
 * @param segmentBytes bytes after which the log goes on in a new segment, 64 KiB to 1 GiB
 * @param lossSlots losses that can be recorded when the disk is full, 1 or more; 512 bytes each are set aside
 * @param reserveBytes bytes set aside so that a drop, which gives space back, can be recorded on a full disk
 */
public record FileStoreOptions(
        String pool,
        Map<String, String> identity,
        ChunkGeometry geometry,
        long segmentBytes,
        int lossSlots,
        long reserveBytes) {
    public static final long DEFAULT_SEGMENT_BYTES = 64L << 20;
    public static final int DEFAULT_LOSS_SLOTS = 4096;
    public static final long DEFAULT_RESERVE_BYTES = 4L << 20;

    private static final long MIN_SEGMENT_BYTES = 64L << 10;
    private static final long MAX_SEGMENT_BYTES = 1L << 30;

    public FileStoreOptions {
        requireNonNull(pool, "pool is null");
        requireNonNull(geometry, "geometry is null");
        identity = ImmutableSortedMap.copyOf(identity);
        checkArgument(
                segmentBytes >= MIN_SEGMENT_BYTES && segmentBytes <= MAX_SEGMENT_BYTES,
                "segment size must be %s to %s bytes, was %s",
                MIN_SEGMENT_BYTES,
                MAX_SEGMENT_BYTES,
                segmentBytes);
        checkArgument(lossSlots >= 1, "lossSlots must be 1 or more, was %s", lossSlots);
        checkArgument(reserveBytes >= 0, "reserveBytes must not be negative, was %s", reserveBytes);
    }

    /** The default sizes. */
    public static FileStoreOptions of(String pool, Map<String, String> identity, ChunkGeometry geometry) {
        return new FileStoreOptions(
                pool, identity, geometry, DEFAULT_SEGMENT_BYTES, DEFAULT_LOSS_SLOTS, DEFAULT_RESERVE_BYTES);
    }

    public FileStoreOptions withSegmentBytes(long bytes) {
        return new FileStoreOptions(pool, identity, geometry, bytes, lossSlots, reserveBytes);
    }

    public FileStoreOptions withLossSlots(int slots) {
        return new FileStoreOptions(pool, identity, geometry, segmentBytes, slots, reserveBytes);
    }

    public FileStoreOptions withReserveBytes(long bytes) {
        return new FileStoreOptions(pool, identity, geometry, segmentBytes, lossSlots, bytes);
    }
}
