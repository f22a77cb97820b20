/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import org.volsnap.model.ChunkGeometry;

/**
 * How an engine works.
 *
 * @param geometry chunk size
 * @param copyThreads threads that copy chunks, 1 or more
 * @param copiesInFlight chunks that are in memory at most, {@link #LEAST_COPIES_IN_FLIGHT} or more: of those that are
 *     being copied, where the others wait; and of those that one merge puts back
 * @param copyBytesPerSecond bytes that are copied in a second at most; 0 for no limit, else a chunk or more
 */
public record EngineSettings(ChunkGeometry geometry, int copyThreads, int copiesInFlight, long copyBytesPerSecond) {
    public static final int LEAST_COPIES_IN_FLIGHT = 16;
    public static final long UNLIMITED = 0;

    private static final long BYTES_IN_FLIGHT = 32L << 20;
    private static final long MOST_COPIES_IN_FLIGHT = 4096;

    public EngineSettings {
        requireNonNull(geometry, "geometry is null");
        checkArgument(copyThreads >= 1, "copyThreads must be 1 or more, was %s", copyThreads);
        checkArgument(
                copiesInFlight >= LEAST_COPIES_IN_FLIGHT,
                "copiesInFlight must be %s or more, was %s",
                LEAST_COPIES_IN_FLIGHT,
                copiesInFlight);
        checkArgument(
                copyBytesPerSecond == UNLIMITED || copyBytesPerSecond >= geometry.chunkSizeBytes(),
                "copyBytesPerSecond must be 0, or a chunk of %s bytes or more, was %s",
                geometry.chunkSizeBytes(),
                copyBytesPerSecond);
    }

    /** Copies as fast as it goes, 32 MiB in flight. */
    public EngineSettings(ChunkGeometry geometry, int copyThreads) {
        this(geometry, copyThreads, defaultCopiesInFlight(geometry), UNLIMITED);
    }

    /** 32 MiB, but neither very few chunks nor very many. */
    public static int defaultCopiesInFlight(ChunkGeometry geometry) {
        long copies = BYTES_IN_FLIGHT / geometry.chunkSizeBytes();
        return (int) Math.max(LEAST_COPIES_IN_FLIGHT, Math.min(copies, MOST_COPIES_IN_FLIGHT));
    }

    boolean isThrottled() {
        return copyBytesPerSecond != UNLIMITED;
    }
}
