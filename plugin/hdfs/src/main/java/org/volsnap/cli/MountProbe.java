/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.cli;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import org.apache.hadoop.net.NetUtils;
import org.volsnap.protocol.proto.VolsnapProtos.MountProto;

/** Looks whether the NameNode of a mounted snapshot is there. */
final class MountProbe {
    private static final int CONNECT_MILLIS = 5000;

    private MountProbe() {}

    static boolean answers(MountProto mount) {
        try (Socket socket = new Socket()) {
            InetSocketAddress address = NetUtils.createSocketAddr(mount.getAddress());
            socket.connect(address, CONNECT_MILLIS);
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
