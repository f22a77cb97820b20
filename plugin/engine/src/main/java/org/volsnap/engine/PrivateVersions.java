/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.volsnap.model.BlockKey;
import org.volsnap.model.ChunkGeometry;
import org.volsnap.model.SnapshotId;

/**
 * What snapshots wrote themselves, among the lineages of a block: each private version is alone in its lineage. There is
 * one for a snapshot and key, unless a snapshot that has one adopted another's: then the newer one covers the older.
 *
 * <p>Called with the block's lock held.
 */
final class PrivateVersions {
    private static final Comparator<Lineage> NEWEST =
            Comparator.comparingLong(Lineage::lastNumber).reversed();

    private PrivateVersions() {}

    /** The version that the next write goes to. */
    static Optional<Version> find(List<Lineage> lineages, SnapshotId owner, BlockKey key) {
        List<Lineage> written = of(lineages, owner, key);
        return written.isEmpty() ? Optional.empty() : versionOf(written.get(0));
    }

    /** Where a chunk is to be read; null when the snapshot has not written it. */
    static @Nullable ChunkSource locate(List<Lineage> lineages, SnapshotId owner, BlockKey key, long chunk) {
        for (Lineage lineage : of(lineages, owner, key)) {
            Version version = versionOf(lineage).orElseThrow();
            if (version.lost() != null) {
                return new ChunkSource.Lost(version, version.lost());
            }
            StoredChunk stored = lineage.resolve(version.number(), chunk);
            if (stored != null) {
                return new ChunkSource.Stored(version, stored);
            }
        }
        return null;
    }

    /** All chunks that a snapshot has written, ascending. */
    static List<StoredChunk> chunks(List<Lineage> lineages, SnapshotId owner, BlockKey key, ChunkGeometry geometry) {
        TreeMap<Long, StoredChunk> newest = new TreeMap<>();
        for (Lineage lineage : of(lineages, owner, key)) {
            Version version = versionOf(lineage).orElseThrow();
            geometry.covering(0, version.header().length()).chunks().forEach(chunk -> {
                StoredChunk stored = lineage.resolve(version.number(), chunk);
                if (stored != null) {
                    newest.putIfAbsent(chunk, stored);
                }
            });
        }
        return new ArrayList<>(newest.values());
    }

    /** Most blocks have none: then nothing is allocated. */
    private static List<Lineage> of(List<Lineage> lineages, SnapshotId owner, BlockKey key) {
        List<Lineage> found = List.of();
        for (Lineage lineage : lineages) {
            if (lineage.isPrivate() && isFor(lineage, owner, key)) {
                found = found.isEmpty() ? new ArrayList<>() : found;
                found.add(lineage);
            }
        }
        if (found.size() > 1) {
            found.sort(NEWEST);
        }
        return found;
    }

    private static boolean isFor(Lineage lineage, SnapshotId owner, BlockKey key) {
        return versionOf(lineage)
                .filter(version ->
                        version.isOwnedBy(owner) && version.header().key().equals(key))
                .isPresent();
    }

    private static Optional<Version> versionOf(Lineage lineage) {
        return lineage.versions().findAny();
    }
}
