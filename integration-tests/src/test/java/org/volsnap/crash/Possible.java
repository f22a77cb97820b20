/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.crash;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a file may be, as far as the campaign can know: absent, or a prefix of these bytes.
 *
 * @param bytes null for absent; bytes behind {@code most} may be filled in later
 * @param least bytes that were acknowledged
 * @param most bytes that were handed to HDFS
 */
record Possible(byte @Nullable [] bytes, int least, int most) {
    static final Possible ABSENT = new Possible(null, 0, 0);

    static Possible exactly(byte[] bytes) {
        return new Possible(bytes, bytes.length, bytes.length);
    }

    boolean matches(byte @Nullable [] actual) {
        if (actual == null || bytes == null) {
            return actual == null && bytes == null;
        }
        return actual.length >= least
                && actual.length <= most
                && Arrays.equals(actual, 0, actual.length, bytes, 0, actual.length);
    }

    static boolean anyMatches(List<Possible> possible, byte @Nullable [] actual) {
        return possible.stream().anyMatch(each -> each.matches(actual));
    }

    /** Says how these bytes are not what they may be. */
    static String difference(List<Possible> possible, byte @Nullable [] actual) {
        StringBuilder text = new StringBuilder(actual == null ? "is absent" : "has " + actual.length + " bytes");
        for (Possible each : possible) {
            text.append(", may be ").append(each);
            if (actual != null && each.bytes() != null) {
                int shorter = Math.min(actual.length, each.most());
                int differs = Arrays.mismatch(actual, 0, shorter, each.bytes(), 0, shorter);
                text.append(differs < 0 ? " (same as far as both go)" : " (differs at " + differs + ")");
            }
        }
        return text.toString();
    }

    @Override
    public String toString() {
        return bytes == null ? "absent" : least + ".." + most + " bytes";
    }
}
