/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.volsnap.store.StoreRecord;

/**
 * Takes versions away from a snapshot (docs/decisions/0001): the next older one gets those it sees and has not itself;
 * of the others stay, as carriers, those whose chunks an older version resolves to; the rest is freed, and all that is
 * private.
 *
 * @param leaving which versions go
 * @param heir the next older snapshot; null when there is none
 * @param handsCarriersDown whether carriers get the heir as owner: their present one ceases to exist
 */
record HandDown(Predicate<Version> leaving, @Nullable ChainLink heir, boolean handsCarriersDown)
        implements ReleaseRule {
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
        } else if (isInherited(lineages, version)) {
            handDown(lineage, version, false, release);
        } else if (!version.carrier() || handsCarriersDown) {
            handDown(lineage, version, true, release);
        }
    }

    private boolean isInherited(List<Lineage> lineages, Version version) {
        return heir != null
                && !version.carrier()
                && Visibility.byStamps(heir, version.header())
                && lineages.stream()
                        .flatMap(Lineage::versions)
                        .noneMatch(other -> other.isPreserved()
                                && other.isOwnedBy(heir.id())
                                && Visibility.byStamps(heir, other.header())
                                && other.header().key().equals(version.header().key()));
    }

    private void handDown(Lineage lineage, Version version, boolean carrier, Release release) {
        ChainLink next = carrier && !handsCarriersDown ? null : heir;
        Version handed = version.handedTo(next == null ? version.header().owner() : next.id(), carrier);
        lineage.replace(handed);
        StoreRecord record = new StoreRecord.VersionHandedDown(
                version.number(), handed.header().owner(), carrier);
        commit(lineage, version, record, release);
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
