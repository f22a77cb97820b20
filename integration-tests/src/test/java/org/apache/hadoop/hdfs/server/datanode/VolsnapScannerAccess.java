/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.apache.hadoop.hdfs.server.datanode;

import org.apache.hadoop.hdfs.protocol.ExtendedBlock;

/** What Hadoop keeps to its own package: the volume scanners, and what they have done. */
public final class VolsnapScannerAccess {
    private VolsnapScannerAccess() {}

    /** Has no effect for a block that the scanner has read in the last minutes. */
    public static void scanSoon(DataNode dataNode, String storageId, ExtendedBlock block) {
        dataNode.getBlockScanner().markSuspectBlock(storageId, block);
    }

    /** Replicas that the scanner of a storage volume has looked at since it was started, good, bad or gone. */
    public static long scanned(DataNode dataNode, String storageId) {
        VolumeScanner.Statistics statistics = dataNode.getBlockScanner().getVolumeStats(storageId);
        return statistics.blocksScannedSinceRestart + statistics.scanErrorsSinceRestart;
    }
}
