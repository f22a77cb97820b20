/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.cli;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.net.NetUtils;
import org.volsnap.protocol.RefusedException;
import org.volsnap.protocol.VolsnapProtocol;
import org.volsnap.protocol.proto.VolsnapProtos.MountProto;
import org.volsnap.protocol.proto.VolsnapProtos.RegistryProto;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotProto;
import org.volsnap.protocol.proto.VolsnapProtos.StatusRequestProto;

/** Looks whether a snapshot is mounted, and whether its NameNode is there. */
final class MountProbe {
    private static final int CONNECT_MILLIS = 5000;
    private static final long WAIT_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final long PAUSE_MILLIS = 200;

    private MountProbe() {}

    /** What the registry has of it; refused where there is no such snapshot. */
    static Optional<MountProto> registered(VolsnapProtocol nameNode, String snapshot) throws IOException {
        RegistryProto registry = nameNode.status(
                        StatusRequestProto.newBuilder().setName(snapshot).build())
                .getRegistry();
        long id = registry.getSnapshotsList().stream()
                .filter(known -> known.getName().equals(snapshot))
                .mapToLong(SnapshotProto::getId)
                .findFirst()
                .orElseThrow(() -> new RefusedException("no snapshot named " + snapshot));
        return registry.getMountsList().stream()
                .filter(mount -> mount.getSnapshotId() == id)
                .findFirst();
    }

    static boolean answers(MountProto mount) {
        try (Socket socket = new Socket()) {
            InetSocketAddress address = NetUtils.createSocketAddr(mount.getAddress());
            socket.connect(address, CONNECT_MILLIS);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    /** Waits for half a minute at most until nobody answers any more. */
    static boolean ends(MountProto mount) throws IOException {
        long start = System.nanoTime();
        while (answers(mount)) {
            if (System.nanoTime() - start > WAIT_NANOS) {
                return false;
            }
            try {
                TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new InterruptedIOException("interrupted while waiting for the end of the mount");
            }
        }
        return true;
    }
}
