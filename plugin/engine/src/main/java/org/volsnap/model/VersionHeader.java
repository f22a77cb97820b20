/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.model;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import com.google.common.io.BaseEncoding;
import java.util.Arrays;

/**
 * The header exception of a preserved block version: what every change of a replica destroys first.
 *
 * @param number names this version in its block pool on this DataNode; ascending in the order of preservation, never used twice
 * @param lineage names the versions that rest, one on the next, on one base; a number that is used for nothing else
 * @param key block and stamp as of T
 * @param owner the newest snapshot at the time of preservation
 * @param length bytes at T
 * @param state whether the length was fixed at T
 * @param replacedByStamp the stamp that the change gave the replica; {@link #NEVER} for one that was deleted, or recorded while open
 * @param checksumHeader first bytes of the meta file (version, checksum type, bytes per checksum); empty for a device
 */
public record VersionHeader(
        long number,
        long lineage,
        BlockKey key,
        SnapshotId owner,
        long length,
        VersionState state,
        long replacedByStamp,
        byte[] checksumHeader) {
    /** No snapshot's stamp reaches it. */
    public static final long NEVER = Long.MAX_VALUE;

    public VersionHeader {
        requireNonNull(key, "key is null");
        requireNonNull(owner, "owner is null");
        requireNonNull(state, "state is null");
        checkArgument(
                number >= 1 && lineage >= 1 && lineage <= number, "bad numbers: %s in lineage %s", number, lineage);
        checkArgument(length >= 0, "length must not be negative, was %s", length);
        checksumHeader = checksumHeader.clone();
    }

    @Override
    public byte[] checksumHeader() {
        return checksumHeader.clone();
    }

    public VersionHeader withOwner(SnapshotId newOwner) {
        return new VersionHeader(number, lineage, key, newOwner, length, state, replacedByStamp, checksumHeader);
    }

    public VersionHeader withState(VersionState newState) {
        return new VersionHeader(number, lineage, key, owner, length, newState, replacedByStamp, checksumHeader);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof VersionHeader that
                && number == that.number
                && lineage == that.lineage
                && length == that.length
                && replacedByStamp == that.replacedByStamp
                && key.equals(that.key)
                && owner.equals(that.owner)
                && state == that.state
                && Arrays.equals(checksumHeader, that.checksumHeader);
    }

    @Override
    public int hashCode() {
        return Long.hashCode(number);
    }

    @Override
    public String toString() {
        return "version " + number + " of " + key + " (owner " + owner + ", " + length + " bytes, " + state
                + ", lineage " + lineage + ", checksum header "
                + BaseEncoding.base16().encode(checksumHeader) + ")";
    }
}
