/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode.mount;

import java.util.List;
import org.apache.hadoop.hdfs.server.datanode.Replica;
import org.apache.hadoop.hdfs.server.datanode.fsdataset.FsDatasetSpi;
import org.apache.hadoop.hdfs.server.datanode.fsdataset.impl.FsVolumeImpl;
import org.volsnap.datanode.StorageTypes;

/**
 * The storage volume that Hadoop counts a read of a mounted snapshot's replica on, and holds while it lasts: that of the
 * live replica, from which most of it is read. Where there is none, any; a read finds the stores by itself.
 */
final class MountedVolumes {
    private final FsDatasetSpi<FsVolumeImpl> hadoop;

    MountedVolumes(FsDatasetSpi<FsVolumeImpl> hadoop) {
        this.hadoop = hadoop;
    }

    @SuppressWarnings({"deprecation", "NullAway"}) // the only public way by id; null says that it is not here
    FsVolumeImpl of(Mount mount, long blockId) {
        Replica live = hadoop.getReplica(mount.realPool(), blockId);
        if (live != null && live.getVolume() instanceof FsVolumeImpl volume) {
            return volume;
        }
        List<FsVolumeImpl> local =
                hadoop.getVolumeList().stream().filter(StorageTypes::isLocal).toList();
        return local.isEmpty() ? null : local.get((int) Math.floorMod(blockId, (long) local.size()));
    }
}
