/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode.mount;

import org.apache.hadoop.hdfs.protocol.HdfsConstants.DatanodeReportType;
import org.apache.hadoop.hdfs.server.blockmanagement.DatanodeDescriptor;
import org.apache.hadoop.hdfs.server.namenode.NameNode;
import org.apache.hadoop.hdfs.server.namenode.startupprogress.Phase;
import org.apache.hadoop.hdfs.server.namenode.startupprogress.StartupProgressView;
import org.apache.hadoop.hdfs.server.namenode.startupprogress.Step;
import org.apache.hadoop.hdfs.server.namenode.startupprogress.StepType;

/**
 * How far the block reports to a snapshot's NameNode have come.
 *
 * @param blocks that are complete in the namespace
 * @param reported of these, as many as have enough replicas to be read
 * @param datanodes that have reported all their storage volumes
 */
record ReportedBlocks(long blocks, long reported, int datanodes) {
    private static final Step AWAITING_BLOCKS = new Step(StepType.AWAITING_REPORTED_BLOCKS);

    /** Of the NameNode of this process: Hadoop counts for one only. */
    static ReportedBlocks of(NameNode nameNode) {
        StartupProgressView progress = NameNode.getStartupProgress().createView();
        long reporters = nameNode
                .getNamesystem()
                .getBlockManager()
                .getDatanodeManager()
                .getDatanodeListForReport(DatanodeReportType.LIVE)
                .stream()
                .filter(DatanodeDescriptor::checkBlockReportReceived)
                .count();
        return new ReportedBlocks(
                progress.getTotal(Phase.SAFEMODE, AWAITING_BLOCKS),
                progress.getCount(Phase.SAFEMODE, AWAITING_BLOCKS),
                (int) reporters);
    }

    /** Blocks that nobody has reported, or not enough of a striped one. */
    long missing() {
        return Math.max(0, blocks - reported);
    }

    /** Whether waiting longer brings nothing. */
    boolean isAll(int expectedDatanodes) {
        return missing() == 0 || datanodes >= expectedDatanodes;
    }
}
