/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode.rollback;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.volsnap.namenode.Nameservice;
import org.volsnap.protocol.RefusedException;

/** The NameNodes that share their edits with the one that is rolled back; their directories are out of reach. */
final class OtherNameNodes {
    private static final int CONNECT_MILLIS = 2000;

    private OtherNameNodes() {}

    /** @throws RefusedException when one of them runs */
    static void requireStopped(Configuration own) throws RefusedException {
        Map<String, InetSocketAddress> others =
                Nameservice.of(own).map(Nameservice::others).orElse(Map.of());
        for (Map.Entry<String, InetSocketAddress> other : others.entrySet()) {
            if (answers(other.getValue())) {
                throw new RefusedException("NameNode " + other.getKey() + " runs at " + other.getValue()
                        + "; stop every NameNode first (hdfs --daemon stop namenode)");
            }
        }
    }

    private static boolean answers(InetSocketAddress address) {
        try (Socket socket = new Socket()) {
            socket.connect(address, CONNECT_MILLIS);
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
