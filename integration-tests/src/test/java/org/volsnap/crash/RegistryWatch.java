/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.crash;

import java.io.IOException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.hdfs.server.namenode.NameNode;
import org.apache.hadoop.hdfs.server.namenode.VolsnapNameNodeBridge;
import org.apache.hadoop.util.ServicePlugin;
import org.jspecify.annotations.Nullable;
import org.volsnap.namenode.Registry;
import org.volsnap.namenode.RegistryXAttr;
import org.volsnap.protocol.proto.VolsnapProtos.RollbackEpochProto;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotProto;
import org.volsnap.testing.FaultPoints;

/**
 * Gives a NameNode fault points: it looks at the registry a thousand times a second, and each state that is new there is
 * one, {@code CREATING}, {@code MARKED}, {@code ACTIVE}, {@code DELETING}, {@code PENDING} of a rollback, {@code FINISHED}
 * of one. A second plugin beside volsnap's.
 */
public final class RegistryWatch implements ServicePlugin {
    static final List<String> OF_CHANGES = List.of("CREATING", "MARKED", "ACTIVE", "DELETING");

    private final CountDownLatch stopping = new CountDownLatch(1);
    private final Set<String> seen = new HashSet<>();

    @Override
    public void start(Object service) {
        VolsnapNameNodeBridge nameNode = new VolsnapNameNodeBridge((NameNode) service);
        Thread thread = new Thread(() -> watch(nameNode), "registry watch");
        thread.setDaemon(true);
        thread.start();
    }

    private void watch(VolsnapNameNodeBridge nameNode) {
        boolean first = true;
        byte @Nullable [] last = null;
        try {
            while (!stopping.await(1, TimeUnit.MILLISECONDS)) {
                byte @Nullable [] now = nameNode.rootAttribute(RegistryXAttr.NAME);
                if (first || !Arrays.equals(last, now)) {
                    look(RegistryXAttr.decode(now, nameNode.blockPoolId()), first);
                }
                last = now;
                first = false;
            }
        } catch (IOException | RuntimeException e) {
            e.printStackTrace();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void look(Registry registry, boolean first) {
        for (SnapshotProto snapshot : registry.snapshots()) {
            see(snapshot.getState().name(), snapshot.getId(), first);
        }
        registry.pendingRollback().ifPresent(pending -> see("PENDING", pending.getSafetySnapshotId(), first));
        for (RollbackEpochProto epoch : registry.toProto().getEpochsList()) {
            if (epoch.getFinished()) {
                see("FINISHED", epoch.getNumber(), first);
            }
        }
    }

    private void see(String state, long of, boolean first) {
        if (seen.add(state + " " + of) && !first) {
            FaultPoints.reach(state);
        }
    }

    @Override
    public void stop() {
        stopping.countDown();
    }

    @Override
    public void close() {
        stop();
    }
}
