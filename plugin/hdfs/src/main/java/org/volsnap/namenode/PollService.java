/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.net.InetAddress;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.hdfs.DFSConfigKeys;
import org.apache.hadoop.hdfs.server.namenode.NameNode;
import org.apache.hadoop.hdfs.server.namenode.VolsnapNameNodeBridge;
import org.apache.hadoop.ipc.Server;
import org.apache.hadoop.security.AccessControlException;
import org.apache.hadoop.security.SecurityUtil;
import org.apache.hadoop.security.UserGroupInformation;
import org.jspecify.annotations.Nullable;
import org.volsnap.protocol.RefusedException;
import org.volsnap.protocol.proto.VolsnapProtos.PollRequestProto;
import org.volsnap.protocol.proto.VolsnapProtos.PollResponseProto;

/**
 * Answers the polls of DataNodes, without the namesystem's lock. A DataNode polls before it has registered: it may not
 * look at its replicas before it knows of rollbacks. It is told what exists; only from a registered one is anything
 * taken.
 */
final class PollService {
    private final VolsnapNameNodeBridge nameNode;
    private final Configuration conf;
    private final NameNodeSettings settings;
    private final Takeover takeover;
    private final RegistryKeeper registry;
    private final DatanodeTracker tracker;
    private final VerifyTasks verifyTasks;
    private final FullReports fullReports;
    private final RestoredOpenBlocks openBlocks;

    PollService(
            VolsnapNameNodeBridge nameNode,
            Takeover takeover,
            RegistryKeeper registry,
            DatanodeTracker tracker,
            VerifyTasks verifyTasks,
            FullReports fullReports,
            RestoredOpenBlocks openBlocks) {
        this.nameNode = requireNonNull(nameNode, "nameNode is null");
        this.conf = nameNode.conf();
        this.settings = NameNodeSettings.of(conf);
        this.takeover = requireNonNull(takeover, "takeover is null");
        this.registry = requireNonNull(registry, "registry is null");
        this.tracker = requireNonNull(tracker, "tracker is null");
        this.verifyTasks = requireNonNull(verifyTasks, "verifyTasks is null");
        this.fullReports = requireNonNull(fullReports, "fullReports is null");
        this.openBlocks = requireNonNull(openBlocks, "openBlocks is null");
    }

    PollResponseProto poll(PollRequestProto request) throws IOException {
        takeover.checkServing();
        checkCaller();
        if (!request.getBlockPoolId().equals(nameNode.blockPoolId())) {
            throw new RefusedException(
                    "this NameNode has block pool " + nameNode.blockPoolId() + ", not " + request.getBlockPoolId());
        }
        Registry current = registry.current();
        PollResponseProto.Builder response = PollResponseProto.newBuilder()
                .setRegistry(current.toProto())
                .setPollIntervalMillis(settings.pollInterval(tracker.count()).toMillis())
                .setLeaseMillis(settings.lease().toMillis())
                .setGenerationStamp(nameNode.blockIds().getGenerationStamp())
                .setActiveTxid(nameNode.lastTxid());
        openBlocks.after(request.getAppliedEpoch(), current).ifPresent(response::setOpenBlocks);
        tracker.rollbackProgress().polled(request);
        String datanode = request.getDatanodeUuid();
        if (nameNode.isRegistered(datanode)) {
            if (request.hasRegistry()) {
                registry.told(request.getRegistry());
            }
            response.setSendRegistry(registry.seen(request.getRegistryVersion(), request.getHostAndPort()));
            tracker.polled(request);
            verifyTasks.answer(datanode, request.getVerifyResultsList());
            response.addAllVerifyTasks(verifyTasks.handOut(datanode));
            response.setSendFullReport(fullReports.take(datanode));
        }
        return response.build();
    }

    /** With Kerberos only DataNodes may poll, as Hadoop's own protocol for DataNodes has it. */
    private void checkCaller() throws IOException {
        if (!UserGroupInformation.isSecurityEnabled()) {
            return;
        }
        UserGroupInformation caller = NameNode.getRemoteUser();
        InetAddress address = Server.getRemoteIp();
        String expected = principal(address);
        if (expected == null || !expected.equals(caller.getUserName())) {
            throw new AccessControlException(caller.getUserName() + " is not a DataNode");
        }
    }

    private @Nullable String principal(@Nullable InetAddress address) throws IOException {
        String pattern = conf.get(DFSConfigKeys.DFS_DATANODE_KERBEROS_PRINCIPAL_KEY);
        return pattern == null || address == null ? pattern : SecurityUtil.getServerPrincipal(pattern, address);
    }
}
