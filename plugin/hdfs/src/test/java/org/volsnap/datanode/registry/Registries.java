/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode.registry;

import org.volsnap.protocol.proto.VolsnapProtos.FenceProto;
import org.volsnap.protocol.proto.VolsnapProtos.IdRangeProto;
import org.volsnap.protocol.proto.VolsnapProtos.LeftOutProto;
import org.volsnap.protocol.proto.VolsnapProtos.PendingRollbackProto;
import org.volsnap.protocol.proto.VolsnapProtos.RegistryProto;
import org.volsnap.protocol.proto.VolsnapProtos.RollbackEpochProto;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotProto;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotStateProto;

/** Registries as a NameNode would hand them out. */
final class Registries {
    static final String POOL = "BP-1";

    private Registries() {}

    static RegistryProto of(long version, SnapshotProto... snapshots) {
        RegistryProto.Builder registry =
                RegistryProto.newBuilder().setVersion(version).setBlockPoolId(POOL);
        long next = 1;
        for (SnapshotProto snapshot : snapshots) {
            registry.addSnapshots(snapshot);
            next = Math.max(next, snapshot.getId() + 1);
        }
        return registry.setNextSnapshotId(next).build();
    }

    static SnapshotProto snapshot(long id, SnapshotStateProto state) {
        SnapshotProto.Builder snapshot = SnapshotProto.newBuilder()
                .setId(id)
                .setName("s" + id)
                .setState(state)
                .setCreatedMillis(0);
        if (state != SnapshotStateProto.CREATING) {
            snapshot.setFence(fence(1000 * id));
        }
        return snapshot.build();
    }

    static SnapshotProto leftOut(SnapshotProto snapshot, String datanodeUuid) {
        return snapshot.toBuilder()
                .addLeftOut(LeftOutProto.newBuilder().setUuid(datanodeUuid))
                .build();
    }

    static FenceProto fence(long stamp) {
        return FenceProto.newBuilder()
                .setStamp(stamp)
                .setLegacyStamp(0)
                .setLegacyLimit(0)
                .build();
    }

    static RegistryProto deleted(RegistryProto registry, long first, long last) {
        return registry.toBuilder()
                .setNextSnapshotId(Math.max(registry.getNextSnapshotId(), last + 1))
                .addDeleted(IdRangeProto.newBuilder().setFirst(first).setLast(last))
                .build();
    }

    static RegistryProto pending(RegistryProto registry, long target) {
        return registry.toBuilder()
                .setPendingRollback(PendingRollbackProto.newBuilder()
                        .setSnapshotId(target)
                        .setSafetySnapshotId(target + 1)
                        .setHighestBlockId(1)
                        .setHighestStamp(1))
                .build();
    }

    static RegistryProto epoch(RegistryProto registry, long number, long target, long newStamp) {
        return registry.toBuilder()
                .addEpochs(RollbackEpochProto.newBuilder()
                        .setNumber(number)
                        .setSnapshotId(target)
                        .setFence(fence(1000 * target))
                        .setNewStamp(newStamp)
                        .setCommittedMillis(0))
                .build();
    }
}
