/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode.registry;

import com.google.common.collect.ImmutableMap;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.volsnap.datanode.mount.Mount;
import org.volsnap.datanode.rollback.OpenBlocks;
import org.volsnap.datanode.rollback.RollbackEpoch;
import org.volsnap.model.SnapshotId;
import org.volsnap.model.StampFence;
import org.volsnap.model.StampRange;
import org.volsnap.protocol.proto.VolsnapProtos.FenceProto;
import org.volsnap.protocol.proto.VolsnapProtos.IdRangeProto;
import org.volsnap.protocol.proto.VolsnapProtos.OpenBlocksProto;
import org.volsnap.protocol.proto.VolsnapProtos.RegistryProto;
import org.volsnap.protocol.proto.VolsnapProtos.RollbackEpochProto;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotProto;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotStateProto;

/** What a registry says, and which one a DataNode believes. */
final class RegistryRules {
    private RegistryRules() {}

    /** The registry of a pool that never had a snapshot. */
    static RegistryProto empty(String pool) {
        return RegistryProto.newBuilder()
                .setVersion(0)
                .setBlockPoolId(pool)
                .setNextSnapshotId(1)
                .build();
    }

    /** Why the answer says nothing about this block pool; empty when it does. */
    static Optional<String> whyForeign(RegistryProto known, RegistryProto answered) {
        return answered.getBlockPoolId().equals(known.getBlockPoolId())
                ? Optional.empty()
                : Optional.of("the NameNode answered for block pool " + answered.getBlockPoolId() + ", this is "
                        + known.getBlockPoolId());
    }

    /**
     * Why the answer of the own NameNode can't be followed; empty when it can. The version never goes back, not even by
     * a rollback.
     */
    static Optional<String> whyOlder(RegistryProto known, RegistryProto answered) {
        return answered.getVersion() >= known.getVersion()
                ? Optional.empty()
                : Optional.of("the NameNode answered with registry version " + answered.getVersion()
                        + ", this DataNode has seen " + known.getVersion() + " and keeps everything; see -status");
    }

    /** What is mounted of the pool's snapshots. */
    static List<Mount> mounts(RegistryProto registry) {
        return registry.getMountsList().stream()
                .map(mount -> new Mount(
                        mount.getBlockPoolId(),
                        registry.getBlockPoolId(),
                        SnapshotId.ofRegistry(mount.getSnapshotId()),
                        mount.getAddress()))
                .toList();
    }

    /** No snapshot and no rollback of this registry is about a generation stamp above this one. */
    static long highestStamp(RegistryProto registry) {
        long ofSnapshots = registry.getSnapshotsList().stream()
                .mapToLong(snapshot -> snapshot.getFence().getStamp())
                .max()
                .orElse(0);
        return registry.getEpochsList().stream()
                .mapToLong(epoch -> epoch.getNewStamp() - 1)
                .reduce(ofSnapshots, Math::max);
    }

    static Optional<SnapshotProto> find(RegistryProto registry, long number) {
        return registry.getSnapshotsList().stream()
                .filter(snapshot -> snapshot.getId() == number)
                .findFirst();
    }

    /** Whether the registry says in so many words that the snapshot goes. Absence says nothing. */
    static boolean isDeleted(RegistryProto registry, long number) {
        return registry.getDeletedList().stream()
                        .anyMatch(range -> range.getFirst() <= number && number <= range.getLast())
                || find(registry, number)
                        .filter(snapshot -> snapshot.getState() == SnapshotStateProto.DELETING)
                        .isPresent();
    }

    /** The number of the newest rollback epoch; 0: none. */
    static long lastEpoch(RegistryProto registry) {
        return registry.getEpochsList().stream()
                .mapToLong(RollbackEpochProto::getNumber)
                .max()
                .orElse(0);
    }

    /** Whether the NameNode counts the newest rollback as finished; also when there was none. */
    static boolean isLastFinished(RegistryProto registry) {
        int count = registry.getEpochsCount();
        return count == 0 || registry.getEpochs(count - 1).getFinished();
    }

    /** In the order in which they are applied. */
    static List<RollbackEpoch> epochs(RegistryProto registry, String datanodeUuid) {
        return registry.getEpochsList().stream()
                .map(proto -> new RollbackEpoch(
                        proto.getNumber(),
                        SnapshotId.ofRegistry(proto.getSnapshotId()),
                        fence(proto.getFence()),
                        proto.getNewStamp(),
                        proto.getLeftOutDatanodesList().contains(datanodeUuid)))
                .sorted(Comparator.comparingLong(RollbackEpoch::number))
                .toList();
    }

    /** What the namespace that this rollback went back to says is open; none when the answer is about another one. */
    static OpenBlocks openBlocks(OpenBlocksProto proto, RollbackEpoch epoch) {
        if (proto.getEpoch() != epoch.number()) {
            return OpenBlocks.NONE;
        }
        ImmutableMap.Builder<Long, Long> stamps = ImmutableMap.builder();
        for (int i = 0; i < proto.getBlockIdsCount(); i++) {
            stamps.put(proto.getBlockIds(i), proto.getStamps(i));
        }
        return new OpenBlocks(stamps.buildOrThrow());
    }

    static StampFence fence(FenceProto proto) {
        return new StampFence(
                proto.getStamp(),
                proto.getLegacyStamp(),
                proto.getLegacyLimit(),
                proto.getAbandonedList().stream()
                        .map(range -> new StampRange(range.getFirst(), range.getLast()))
                        .toList());
    }

    static FenceProto proto(StampFence fence) {
        return FenceProto.newBuilder()
                .setStamp(fence.stamp())
                .setLegacyStamp(fence.legacyStamp())
                .setLegacyLimit(fence.legacyLimit())
                .addAllAbandoned(fence.abandoned().stream()
                        .map(range -> IdRangeProto.newBuilder()
                                .setFirst(range.first())
                                .setLast(range.last())
                                .build())
                        .toList())
                .build();
    }
}
