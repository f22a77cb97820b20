/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.model;

import static com.google.common.base.Preconditions.checkArgument;

/**
 * Orders snapshots of one block pool by age: the larger, the newer; never used twice. Even values are the registry's
 * snapshots. The odd value that follows one is provisional: it owns what a DataNode preserves while it cannot know
 * whether a newer snapshot exists.
 *
 * @param value 1 or more
 */
public record SnapshotId(long value) implements Comparable<SnapshotId> {
    public SnapshotId {
        checkArgument(value >= 1, "snapshot id must be 1 or more, was %s", value);
    }

    /** The id of the registry's snapshot with this number, 1 or more. */
    public static SnapshotId ofRegistry(long number) {
        return new SnapshotId(Math.multiplyExact(2, number));
    }

    /** The provisional id that is newer than the registry's snapshot {@code number} (0: than none) and older than the next. */
    public static SnapshotId provisionalAfter(long number) {
        return new SnapshotId(Math.multiplyExact(2, number) + 1);
    }

    /** Whether a DataNode gave this id by itself, because it could not ask. */
    public boolean isProvisional() {
        return (value & 1) == 1;
    }

    /** The registry's number of this snapshot; for a provisional one, of the snapshot before it (0: none). */
    public long registryNumber() {
        return value >> 1;
    }

    @Override
    public int compareTo(SnapshotId other) {
        return Long.compare(value, other.value);
    }

    @Override
    public String toString() {
        return isProvisional() ? registryNumber() + "+" : Long.toString(registryNumber());
    }
}
