/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode.mount;

import java.io.IOException;
import java.net.InetSocketAddress;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.hdfs.protocol.HdfsConstants.SafeModeAction;
import org.apache.hadoop.hdfs.server.namenode.NameNode;
import org.apache.hadoop.hdfs.server.namenode.NameNodeRpcServer;
import org.apache.hadoop.metrics2.annotation.Metrics;
import org.apache.hadoop.net.NetUtils;
import org.apache.hadoop.security.AccessControlException;

/** A NameNode that stays in safe mode, which is what makes it read-only, whatever an administrator types. */
@Metrics(context = "dfs") // as its superclass has it: metrics look at the class alone
final class SnapshotNameNode extends NameNode {
    /** Starts it; returns when it serves. */
    SnapshotNameNode(Configuration conf) throws IOException {
        super(conf);
        // Safe mode by hand, on top of the one of its start: in that one dead DataNodes would never be noticed.
        getRpcServer().setSafeMode(SafeModeAction.SAFEMODE_ENTER, false);
    }

    @Override
    protected NameNodeRpcServer createRpcServer(Configuration conf) throws IOException {
        return new ReadOnlyRpcServer(conf, this);
    }

    /** For browsers and WebHDFS. */
    String webAddress() {
        InetSocketAddress plain = getHttpAddress();
        return plain != null
                ? "http://" + NetUtils.getHostPortString(plain)
                : "https://" + NetUtils.getHostPortString(getHttpsAddress());
    }

    private static final class ReadOnlyRpcServer extends NameNodeRpcServer {
        ReadOnlyRpcServer(Configuration conf, NameNode nameNode) throws IOException {
            super(conf, nameNode);
        }

        @Override
        public boolean setSafeMode(SafeModeAction action, boolean isChecked) throws IOException {
            if (action == SafeModeAction.SAFEMODE_LEAVE || action == SafeModeAction.SAFEMODE_FORCE_EXIT) {
                throw new AccessControlException("this NameNode serves a volume snapshot, which is read-only");
            }
            return super.setSafeMode(action, isChecked);
        }
    }
}
