/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.time.Clock;
import java.util.Optional;
import org.volsnap.protocol.MountAddress;
import org.volsnap.protocol.RefusedException;
import org.volsnap.protocol.VirtualPool;
import org.volsnap.protocol.proto.VolsnapProtos.MountProto;
import org.volsnap.protocol.proto.VolsnapProtos.MountRequestProto;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotProto;
import org.volsnap.protocol.proto.VolsnapProtos.UmountRequestProto;

/**
 * Records which snapshots are mounted. The NameNode of a snapshot asks for it itself, when it serves; who made it go away
 * without a word is found out by who mounts the snapshot again.
 */
final class Mounter {
    private final RegistryKeeper registry;
    private final Clock clock;

    Mounter(RegistryKeeper registry, Clock clock) {
        this.registry = requireNonNull(registry, "registry is null");
        this.clock = requireNonNull(clock, "clock is null");
    }

    /** Records a mount; one that is recorded already as it is asked for stays as it is. */
    MountProto mount(MountRequestProto request, String user) throws IOException {
        SnapshotProto snapshot = checkMountable(registry.current(), request);
        Optional<MountProto> known = registry.current().mountOf(snapshot.getId());
        if (known.isPresent() && isOf(known.get(), request.getBlockPoolId())) {
            return known.get();
        }
        MountProto mount = MountProto.newBuilder()
                .setSnapshotId(snapshot.getId())
                .setBlockPoolId(request.getBlockPoolId())
                .setAddress(request.getAddress())
                .setMountedMillis(clock.millis())
                .setUser(user)
                .setWeb(request.getWeb())
                .build();
        registry.updateWithRoom(current -> current.mount(mount));
        return mount;
    }

    private static SnapshotProto checkMountable(Registry current, MountRequestProto request) throws RefusedException {
        SnapshotProto snapshot = current.active(request.getName());
        if (!VirtualPool.isVirtual(request.getBlockPoolId())) {
            throw new RefusedException(request.getBlockPoolId() + " is not the block pool id of a mounted snapshot");
        }
        if (current.pendingRollback().isPresent() || current.unfinishedEpoch().isPresent()) {
            throw new RefusedException("a rollback is prepared or running: nothing can be mounted until it has ended");
        }
        Optional<MountProto> other = current.mountOf(snapshot.getId())
                .filter(mount -> !isOf(mount, request.getBlockPoolId()) && !isOf(mount, request.getReplaces()));
        if (other.isPresent()) {
            throw new RefusedException(
                    "snapshot " + request.getName() + " is mounted at " + MountAddress.uri(other.get()));
        }
        return snapshot;
    }

    private static boolean isOf(MountProto mount, String blockPoolId) {
        return mount.getBlockPoolId().equals(blockPoolId);
    }

    /** Ends a mount; returns what was mounted. */
    Optional<MountProto> umount(UmountRequestProto request) throws IOException {
        Registry current = registry.current();
        SnapshotProto snapshot = current.find(request.getName())
                .orElseThrow(() -> new RefusedException("no snapshot named " + request.getName()));
        Optional<MountProto> mount = current.mountOf(snapshot.getId())
                .filter(known -> !request.hasBlockPoolId() || isOf(known, request.getBlockPoolId()));
        if (mount.isPresent()) {
            registry.update(latest -> latest.umount(mount.get()));
        } else if (!request.hasBlockPoolId()) {
            throw new RefusedException("snapshot " + request.getName() + " is not mounted");
        }
        return mount;
    }

    /** @throws RefusedException when anything is mounted: a rollback would change what is read there */
    static void refuseMounted(Registry current) throws RefusedException {
        if (!current.mounts().isEmpty()) {
            MountProto mount = current.mounts().get(0);
            throw new RefusedException("snapshot " + current.nameOf(mount.getSnapshotId()) + " is mounted at "
                    + MountAddress.uri(mount) + ": umount it first (hdfs volsnap -umount "
                    + current.nameOf(mount.getSnapshotId()) + ")");
        }
    }
}
