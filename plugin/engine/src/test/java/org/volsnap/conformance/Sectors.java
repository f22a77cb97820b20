/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.conformance;

import com.google.common.hash.Hashing;

/** The traces count in sectors. */
final class Sectors {
    static final int BYTES = 512;

    private Sectors() {}

    static int toBytes(long sectors) {
        return Math.toIntExact(sectors * BYTES);
    }

    /** The answer of an op that reads. */
    static String sha256(byte[] bytes) {
        return "SHA256 " + Hashing.sha256().hashBytes(bytes);
    }
}
