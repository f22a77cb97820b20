/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import org.apache.hadoop.hdfs.server.namenode.VolsnapNameNodeBridge;
import org.apache.hadoop.security.UserGroupInformation;
import org.volsnap.namenode.SnapshotCreator.Purpose;

/** The snapshots of this NameNode, for its rolling window: each change is made as if an operator had typed it. */
final class WindowSnapshots implements RollingWindow.Snapshots {
    private final NameNodeParts parts;
    private final VolsnapNameNodeBridge nameNode;
    private final int allowMissing;

    WindowSnapshots(NameNodeParts parts, int allowMissing) {
        this.parts = requireNonNull(parts, "parts is null");
        this.nameNode = parts.nameNode();
        this.allowMissing = allowMissing;
    }

    @Override
    public boolean areChangeable() throws IOException {
        return parts.takeover().serve()
                && !nameNode.isInSafeMode()
                && !nameNode.isUpgrading()
                && parts.registry().problem().isEmpty()
                && registry().pendingRollback().isEmpty()
                && registry().unfinishedEpoch().isEmpty();
    }

    @Override
    public Registry registry() {
        return parts.registry().current();
    }

    @Override
    public boolean create(String name) throws IOException {
        String user = UserGroupInformation.getLoginUser().getShortUserName();
        return change("volsnapCreate", name, () -> parts.creator().create(name, user, Purpose.WINDOW, allowMissing));
    }

    @Override
    public boolean delete(String name) throws IOException {
        return change("volsnapDelete", name, () -> {
            parts.deleter().begin(name);
            return name;
        });
    }

    private boolean change(String operation, String name, VolsnapNameNodeBridge.Locked<?> work) throws IOException {
        return parts.operations().runOwn(operation + " " + name, () -> {
            parts.leftovers().housekeep();
            return work.call();
        });
    }
}
