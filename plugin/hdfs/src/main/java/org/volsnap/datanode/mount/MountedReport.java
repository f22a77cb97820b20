/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode.mount;

import com.google.common.collect.ArrayListMultimap;
import com.google.common.collect.ListMultimap;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.apache.hadoop.hdfs.protocol.Block;
import org.apache.hadoop.hdfs.protocol.BlockListAsLongs;
import org.apache.hadoop.hdfs.protocol.BlockListAsLongs.BlockReportReplica;
import org.apache.hadoop.hdfs.server.common.HdfsServerConstants.ReplicaState;
import org.apache.hadoop.hdfs.server.protocol.DatanodeStorage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.volsnap.engine.ChainLink;
import org.volsnap.engine.SnapshotEngine;
import org.volsnap.model.SnapshotId;
import org.volsnap.model.StampFence;
import org.volsnap.model.VersionHeader;
import org.volsnap.store.WholeReplica;

/**
 * The block report of a mounted snapshot: what lives under a stamp of T, but for what the snapshot has another version of;
 * these versions; and what is kept whole. They are looked for in this order, so that nothing is missed that is preserved
 * meanwhile; a replica that is named twice counts once. Every replica is FINALIZED: nothing can be added to it, also where
 * the block was open at T.
 */
final class MountedReport {
    private static final Logger LOG = LoggerFactory.getLogger(MountedReport.class);

    private final SnapshotEngine engine;
    private final SnapshotId snapshot;
    private final int maxDataLength;
    private final Map<DatanodeStorage, BlockListAsLongs.Builder> builders = new LinkedHashMap<>();

    /** @param maxDataLength bytes of one message to a NameNode */
    MountedReport(SnapshotEngine engine, SnapshotId snapshot, int maxDataLength) {
        this.engine = engine;
        this.snapshot = snapshot;
        this.maxDataLength = maxDataLength;
    }

    /** @param live the report of the block pool that the snapshot belongs to; taken before this call */
    Map<DatanodeStorage, BlockListAsLongs> of(Map<DatanodeStorage, BlockListAsLongs> live) throws IOException {
        live.keySet().forEach(storage -> builders.put(storage, BlockListAsLongs.builder(maxDataLength)));
        Optional<StampFence> fence = engine.chain().stream()
                .filter(link -> link.id().equals(snapshot))
                .map(ChainLink::fence)
                .findFirst();
        if (fence.isPresent() && !builders.isEmpty()) {
            add(live, fence.get());
        }
        Map<DatanodeStorage, BlockListAsLongs> report = new LinkedHashMap<>();
        builders.forEach((storage, builder) -> report.put(storage, builder.build()));
        return report;
    }

    private void add(Map<DatanodeStorage, BlockListAsLongs> live, StampFence fence) throws IOException {
        ListMultimap<Long, VersionHeader> versions = ArrayListMultimap.create();
        engine.versions(snapshot).forEach(version -> versions.put(version.key().blockId(), version));
        BlockListAsLongs.Builder anywhere = builders.values().iterator().next();
        try (Stream<WholeReplica> kept = engine.wholeReplicas(snapshot)) {
            kept.filter(replica -> !contains(
                            versions.get(replica.key().blockId()), replica.key().stamp()))
                    .forEach(replica -> addKept(anywhere, replica));
        }
        live.forEach(
                (storage, replicas) -> addLive(builders.getOrDefault(storage, anywhere), replicas, versions, fence));
        versions.values().forEach(version -> add(anywhere, version));
    }

    private static void addKept(BlockListAsLongs.Builder builder, WholeReplica replica) {
        try {
            long length = Files.size(replica.files().data());
            add(builder, replica.key().blockId(), replica.key().stamp(), length);
        } catch (NoSuchFileException e) {
            LOG.debug("{} has just got an older owner, which is listed later", replica, e);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A version goes with the live replica of its block, and out of the versions: they mostly lie on one storage volume. */
    private static void addLive(
            BlockListAsLongs.Builder builder,
            BlockListAsLongs replicas,
            ListMultimap<Long, VersionHeader> versions,
            StampFence fence) {
        for (BlockReportReplica replica : replicas) {
            List<VersionHeader> preserved = versions.removeAll(replica.getBlockId());
            preserved.forEach(version -> add(builder, version));
            long stamp = replica.getGenerationStamp();
            if (replica.getState() == ReplicaState.FINALIZED && fence.contains(stamp) && !contains(preserved, stamp)) {
                add(builder, replica.getBlockId(), stamp, replica.getNumBytes());
            }
        }
    }

    /** Whether one of these versions of a block has this stamp: it says how long the block was at T. */
    private static boolean contains(List<VersionHeader> versions, long stamp) {
        return versions.stream().anyMatch(version -> version.key().stamp() == stamp);
    }

    private static void add(BlockListAsLongs.Builder builder, VersionHeader version) {
        add(builder, version.key().blockId(), version.key().stamp(), version.length());
    }

    private static void add(BlockListAsLongs.Builder builder, long blockId, long stamp, long length) {
        builder.add(new BlockReportReplica(new Block(blockId, length, stamp)));
    }
}
