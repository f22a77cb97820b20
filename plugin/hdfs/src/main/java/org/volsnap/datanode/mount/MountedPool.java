/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode.mount;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import org.apache.hadoop.hdfs.protocol.ExtendedBlock;
import org.apache.hadoop.hdfs.server.datanode.ReplicaNotFoundException;
import org.apache.hadoop.hdfs.server.datanode.fsdataset.LengthInputStream;
import org.jspecify.annotations.Nullable;
import org.volsnap.datanode.PoolControl;
import org.volsnap.datanode.SnapshotReplicaReader;
import org.volsnap.model.BlockKey;

/**
 * The replicas of one mounted snapshot. They are read only while the block pool that they belong to is served: before a
 * rollback is applied a DataNode does not know what it has. Keeps nothing about them. Safe for many threads.
 */
final class MountedPool {
    private final Mount mount;
    private final ServedPools pools;

    /**
     * {@code BlockSender} asks for a replica, its meta file and its data, in this order and in one thread: they are put
     * together from the same chunks, which one reader reads once.
     */
    private final ThreadLocal<@Nullable Opened> opened = new ThreadLocal<>();

    private record Opened(PoolControl pool, SnapshotReplicaReader reader) {}

    MountedPool(Mount mount, ServedPools pools) {
        this.mount = requireNonNull(mount, "mount is null");
        this.pools = requireNonNull(pools, "pools is null");
    }

    Mount mount() {
        return mount;
    }

    /** The version of this block that the snapshot has; empty when it is not here. */
    Optional<SnapshotReplicaReader> find(long blockId) throws IOException {
        PoolControl pool = pools.serving(mount.realPool());
        Optional<BlockKey> key = pool.engine().newest(mount.snapshot(), mount.realPool(), blockId);
        Optional<SnapshotReplicaReader> reader =
                key.isPresent() ? pool.read(mount.snapshot(), key.get()) : Optional.empty();
        reader.ifPresentOrElse(found -> opened.set(new Opened(pool, found)), opened::remove);
        return reader;
    }

    /** @param block of the virtual block pool, under the stamp of T */
    SnapshotReplicaReader open(ExtendedBlock block) throws IOException {
        PoolControl pool = pools.serving(mount.realPool());
        BlockKey key = new BlockKey(mount.realPool(), block.getBlockId(), block.getGenerationStamp());
        Opened last = opened.get();
        if (last != null && last.pool() == pool && last.reader().key().equals(key)) {
            return last.reader();
        }
        return pool.read(mount.snapshot(), key).orElseThrow(() -> new ReplicaNotFoundException(block));
    }

    LengthInputStream meta(ExtendedBlock block) throws IOException {
        return open(block).meta();
    }

    InputStream data(ExtendedBlock block, long offset) throws IOException {
        SnapshotReplicaReader reader = open(block);
        opened.remove();
        if (offset < 0 || offset > reader.length()) {
            throw new IOException(block + " has " + reader.length() + " bytes, not " + offset);
        }
        return reader.data(offset);
    }
}
