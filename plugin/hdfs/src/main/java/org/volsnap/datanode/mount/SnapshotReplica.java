/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode.mount;

import org.apache.hadoop.hdfs.protocol.Block;
import org.apache.hadoop.hdfs.server.common.HdfsServerConstants.ReplicaState;
import org.apache.hadoop.hdfs.server.datanode.Replica;
import org.apache.hadoop.hdfs.server.datanode.fsdataset.FsVolumeSpi;
import org.volsnap.datanode.SnapshotReplicaReader;

/**
 * A replica of a mounted snapshot, as Hadoop describes replicas. Always FINALIZED: nothing can be added to it, also
 * where the block was open at T. Not a {@code FinalizedReplica}, from whose live files {@code BlockSender} reads.
 *
 * @param blockId of the block
 * @param stamp generation stamp at T
 * @param length bytes at T; of a block that was open what was acknowledged
 * @param volume where it is said to lie
 */
record SnapshotReplica(long blockId, long stamp, long length, FsVolumeSpi volume) implements Replica {
    static SnapshotReplica of(SnapshotReplicaReader reader, FsVolumeSpi volume) {
        return new SnapshotReplica(reader.key().blockId(), reader.key().stamp(), reader.length(), volume);
    }

    @Override
    public long getBlockId() {
        return blockId;
    }

    @Override
    public long getGenerationStamp() {
        return stamp;
    }

    @Override
    public ReplicaState getState() {
        return ReplicaState.FINALIZED;
    }

    @Override
    public long getNumBytes() {
        return length;
    }

    @Override
    public long getBytesOnDisk() {
        return length;
    }

    @Override
    public long getVisibleLength() {
        return length;
    }

    @Override
    public String getStorageUuid() {
        return volume.getStorageID();
    }

    @Override
    public boolean isOnTransientStorage() {
        return false;
    }

    @Override
    public FsVolumeSpi getVolume() {
        return volume;
    }

    Block toBlock() {
        return new Block(blockId, length, stamp);
    }
}
