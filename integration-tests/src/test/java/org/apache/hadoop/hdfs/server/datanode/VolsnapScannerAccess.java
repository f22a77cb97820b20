/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.apache.hadoop.hdfs.server.datanode;

import org.apache.hadoop.hdfs.protocol.ExtendedBlock;

/** What Hadoop keeps to its own package: it has the volume scanner read a block at once. */
public final class VolsnapScannerAccess {
    private VolsnapScannerAccess() {}

    /** Has no effect for a block that the scanner has read in the last minutes. */
    public static void scanSoon(DataNode dataNode, String storageId, ExtendedBlock block) {
        dataNode.getBlockScanner().markSuspectBlock(storageId, block);
    }
}
