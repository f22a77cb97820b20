/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.conformance;

/** The traces' source of content: xorshift64*, 8 bytes little-endian a step, from the start of the stream for each write. */
final class Prng {
    private static final long MULTIPLIER = 0x2545F4914F6CDD1DL;
    private static final long INSTEAD_OF_ZERO = 0x9E3779B97F4A7C15L;

    private Prng() {}

    /** The first bytes of the stream of this seed. */
    static byte[] bytes(long seed, int length) {
        byte[] bytes = new byte[length];
        long x = seed == 0 ? INSTEAD_OF_ZERO : seed;
        long out = 0;
        for (int i = 0; i < length; i++) {
            if (i % Long.BYTES == 0) {
                x ^= x >>> 12;
                x ^= x << 25;
                x ^= x >>> 27;
                out = x * MULTIPLIER;
            }
            bytes[i] = (byte) (out >>> (8 * (i % Long.BYTES)));
        }
        return bytes;
    }
}
