/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import java.util.List;
import org.volsnap.model.SnapshotId;
import org.volsnap.store.StoreRecord;

/**
 * Gives the versions of a provisional snapshot to the real one.
 *
 * @param provisional who has them
 * @param real who gets them
 */
record Adoption(SnapshotId provisional, SnapshotId real) implements ReleaseRule {
    @Override
    public void apply(List<Lineage> lineages, Release release) {
        for (Lineage lineage : lineages) {
            List<Version> adopted = lineage.versions()
                    .filter(version -> version.isOwnedBy(provisional))
                    .toList();
            for (Version version : adopted) {
                lineage.replace(version.handedTo(real, version.carrier()));
                StoreRecord record = new StoreRecord.VersionHandedDown(version.number(), real, version.carrier());
                if (version.isLost()) {
                    lineage.presentStores().forEach(store -> release.commit(store, record));
                } else {
                    release.commit(version.store(), record);
                }
            }
        }
    }
}
