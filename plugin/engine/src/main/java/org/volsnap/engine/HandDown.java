/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.volsnap.model.SnapshotId;
import org.volsnap.store.StoreRecord;

/**
 * Takes versions away from a snapshot (docs/decisions/0001): of the older ones the next that sees a version gets it,
 * unless it has one itself; of the others stay, as carriers, those whose chunks an older version resolves to; the rest
 * is freed, and all that is private.
 *
 * @param leaving which versions go
 * @param heirs the older snapshots, the next one first
 * @param handsCarriersDown whether carriers get the first heir as owner: their present one ceases to exist
 */
record HandDown(Predicate<Version> leaving, List<ChainLink> heirs, boolean handsCarriersDown) implements ReleaseRule {
    @Override
    public void apply(List<Lineage> lineages, Release release) {
        List<Lineage> concerned = lineages.stream()
                .filter(lineage -> lineage.versions().anyMatch(leaving))
                .toList();
        concerned.forEach(lineage -> lineage.pending().forEach(pending -> release.waitFor(pending.gone())));
        if (!release.waits().isEmpty()) {
            return;
        }
        for (Lineage lineage : concerned) {
            lineage.versions().filter(leaving).toList().forEach(version -> leave(lineages, lineage, version, release));
            free(lineage, release);
            if (lineage.versions().findAny().isEmpty()) {
                lineage.presentStores()
                        .forEach(store -> release.commit(store, new StoreRecord.LineageFreed(lineage.id())));
                lineages.remove(lineage);
            }
        }
    }

    private void leave(List<Lineage> lineages, Lineage lineage, Version version, Release release) {
        if (version.isPrivate()) {
            lineage.freeWithChunks(version);
            commit(lineage, version, new StoreRecord.VersionFreed(version.number()), release);
            return;
        }
        SnapshotId inheritor = version.carrier() ? null : inheritorOf(lineages, version);
        if (inheritor != null) {
            handDown(lineage, version, inheritor, false, release);
        } else if (handsCarriersDown) {
            SnapshotId next =
                    heirs.isEmpty() ? version.header().owner() : heirs.get(0).id();
            handDown(lineage, version, next, true, release);
        } else if (!version.carrier()) {
            handDown(lineage, version, version.header().owner(), true, release);
        }
    }

    /** The next older snapshot that sees the version; null when there is none, or when it has one itself. */
    private @Nullable SnapshotId inheritorOf(List<Lineage> lineages, Version version) {
        return heirs.stream()
                .filter(heir -> Visibility.byStamps(heir, version.header()))
                .findFirst()
                .filter(heir -> lineages.stream()
                        .flatMap(Lineage::versions)
                        .noneMatch(other -> other.isPreserved()
                                && other.isOwnedBy(heir.id())
                                && Visibility.byStamps(heir, other.header())
                                && other.header().key().equals(version.header().key())))
                .map(ChainLink::id)
                .orElse(null);
    }

    private static void handDown(Lineage lineage, Version version, SnapshotId owner, boolean carrier, Release release) {
        lineage.replace(version.handedTo(owner, carrier));
        commit(lineage, version, new StoreRecord.VersionHandedDown(version.number(), owner, carrier), release);
    }

    /** Frees what no readable version resolves to any more, in carriers of any owner. */
    private static void free(Lineage lineage, Release release) {
        for (Map.Entry<Version, ChunkSet> freed : lineage.freeUnneeded().entrySet()) {
            Version version = freed.getKey();
            if (lineage.chunksOf(version) > 0) {
                freed.getValue()
                        .ranges()
                        .forEach(range ->
                                release.commit(version.store(), new StoreRecord.ChunksFreed(version.number(), range)));
            }
        }
        lineage.versions()
                .filter(version -> version.carrier() && lineage.chunksOf(version) == 0)
                .toList()
                .forEach(version -> {
                    lineage.free(version);
                    commit(lineage, version, new StoreRecord.VersionFreed(version.number()), release);
                });
    }

    /** A lost version may be known to other stores, which recorded the loss. */
    private static void commit(Lineage lineage, Version version, StoreRecord record, Release release) {
        if (version.isLost()) {
            lineage.presentStores().forEach(store -> release.commit(store, record));
        } else {
            release.commit(version.store(), record);
        }
    }
}
