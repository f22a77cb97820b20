/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode;

import static java.util.Objects.requireNonNull;

import org.apache.hadoop.hdfs.server.datanode.fsdataset.FsDatasetSpi;
import org.volsnap.datanode.mount.MountKeeper;

/**
 * What joins and leaves nameservices on the running DataNode, in one thread.
 *
 * @param rejoin for rollbacks
 * @param mounts for mounted snapshots
 */
record Joining(Rejoin rejoin, MountKeeper mounts) {
    Joining {
        requireNonNull(rejoin, "rejoin is null");
        requireNonNull(mounts, "mounts is null");
    }

    static Joining of(Nameservices nameservices, FsDatasetSpi<?> dataset) {
        Rejoin rejoin = new Rejoin(nameservices);
        return new Joining(rejoin, new MountKeeper(new DataNodeMounts(nameservices, dataset), rejoin::run));
    }
}
