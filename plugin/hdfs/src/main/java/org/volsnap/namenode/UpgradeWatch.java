/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode;

import static java.util.Objects.requireNonNull;

import org.apache.hadoop.hdfs.server.namenode.VolsnapNameNodeBridge;
import org.volsnap.protocol.RefusedException;

/**
 * Remembers which edits were written before an upgrade was finalized. A truncate among them was logged as a copy to a new
 * block, and is loaded as one only while the upgrade is not finalized (FSDirTruncateOp.shouldCopyOnTruncate): what is kept
 * of a namespace must not need these edits. A NameNode that was started since has loaded them. Safe for many threads.
 */
final class UpgradeWatch {
    private final VolsnapNameNodeBridge nameNode;
    private boolean unfinalized;

    /** The last transaction of the upgrade. */
    private long last;

    UpgradeWatch(VolsnapNameNodeBridge nameNode) {
        this.nameNode = requireNonNull(nameNode, "nameNode is null");
    }

    /** To be called often, whether this NameNode is active or not. */
    synchronized void look() {
        if (!nameNode.isUpgradeFinalized()) {
            unfinalized = true;
        } else if (unfinalized) {
            unfinalized = false;
            last = nameNode.lastTxid();
        }
    }

    /** @throws RefusedException when there is no image yet that makes edits of an upgrade superfluous */
    synchronized void checkCheckpointed() throws RefusedException {
        look();
        if (last > nameNode.checkpointTxid()) {
            throw new RefusedException(
                    "no checkpoint was made since the upgrade of HDFS was finalized, and Hadoop can't load"
                            + " all edits from before that again: make one with 'hdfs dfsadmin -saveNamespace', in safe mode");
        }
    }
}
