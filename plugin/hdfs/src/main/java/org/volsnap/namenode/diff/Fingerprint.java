/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode.diff;

import static com.google.common.base.Preconditions.checkArgument;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.util.EnumSet;
import java.util.Set;

/** A hash of 64 bits of each {@link Aspect} of a file or directory; 0 of what it has not. */
public final class Fingerprint {
    private static final Aspect[] ASPECTS = Aspect.values();

    private final long[] hashes;

    private Fingerprint(long[] hashes) {
        this.hashes = hashes;
    }

    /** Takes one aspect after another. */
    static final class Builder {
        private final long[] hashes = new long[ASPECTS.length];

        Builder set(Aspect aspect, long hash) {
            hashes[aspect.ordinal()] = hash;
            return this;
        }

        Fingerprint build() {
            return new Fingerprint(hashes.clone());
        }
    }

    /** What is not the same in both. */
    Set<Aspect> differences(Fingerprint other) {
        Set<Aspect> differences = EnumSet.noneOf(Aspect.class);
        for (Aspect aspect : ASPECTS) {
            if (hashes[aspect.ordinal()] != other.hashes[aspect.ordinal()]) {
                differences.add(aspect);
            }
        }
        return differences;
    }

    long of(Aspect aspect) {
        return hashes[aspect.ordinal()];
    }

    /** Two bytes that say which follow, and those. */
    void write(DataOutput out) throws IOException {
        int present = 0;
        for (int i = 0; i < hashes.length; i++) {
            present |= hashes[i] == 0 ? 0 : 1 << i;
        }
        out.writeShort(present);
        for (long hash : hashes) {
            if (hash != 0) {
                out.writeLong(hash);
            }
        }
    }

    static Fingerprint read(DataInput in) throws IOException {
        checkArgument(ASPECTS.length <= Short.SIZE, "two bytes do not say which of %s follow", ASPECTS.length);
        int present = in.readUnsignedShort();
        long[] hashes = new long[ASPECTS.length];
        for (int i = 0; i < hashes.length; i++) {
            hashes[i] = (present & 1 << i) == 0 ? 0 : in.readLong();
        }
        return new Fingerprint(hashes);
    }
}
