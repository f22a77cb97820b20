/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode.rollback;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import org.apache.hadoop.hdfs.protocol.Block;
import org.apache.hadoop.hdfs.server.datanode.DataStorage;
import org.apache.hadoop.hdfs.server.datanode.DatanodeUtil;
import org.volsnap.datanode.PoolVolume;
import org.volsnap.model.BlockKey;
import org.volsnap.model.ReplicaFiles;
import org.volsnap.model.VersionState;

/**
 * Where Hadoop keeps the replicas of one block pool on one storage volume: finalized ones in a tree whose leaf follows
 * from the block id ({@code DatanodeUtil.idToBlockDir}), replicas being written all in {@code rbw}.
 */
record ReplicaPlaces(PoolVolume volume, String pool) {
    Path finalized() {
        return volume.current(pool).resolve(DataStorage.STORAGE_DIR_FINALIZED);
    }

    Path beingWritten() {
        return volume.current(pool).resolve(DataStorage.STORAGE_DIR_RBW);
    }

    /** What is here Hadoop removes when it starts. */
    Path temporary() {
        Path poolDirectory = requireNonNull(volume.current(pool).getParent(), "a pool lies in current");
        return poolDirectory.resolve(DataStorage.STORAGE_DIR_TMP);
    }

    /** The directory for this block. */
    Path directory(long blockId, VersionState state) {
        return state == VersionState.OPEN
                ? beingWritten()
                : DatanodeUtil.idToBlockDir(finalized().toFile(), blockId).toPath();
    }

    ReplicaFiles files(BlockKey key, VersionState state) {
        Path directory = directory(key.blockId(), state);
        return new ReplicaFiles(directory.resolve(dataName(key.blockId())), directory.resolve(metaName(key)));
    }

    /** Says that a writer will come back for a replica that was open when its DataNode restarted in a hurry. */
    Path restartMark(long blockId) {
        return beingWritten().resolve(dataName(blockId) + ".restart");
    }

    static String dataName(long blockId) {
        return Block.BLOCK_FILE_PREFIX + blockId;
    }

    static String metaName(BlockKey key) {
        return DatanodeUtil.getMetaName(dataName(key.blockId()), key.stamp());
    }
}
