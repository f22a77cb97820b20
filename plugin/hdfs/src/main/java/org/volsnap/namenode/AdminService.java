/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode;

import static java.util.Objects.requireNonNull;

import com.google.common.collect.Sets;
import java.io.IOException;
import java.time.Clock;
import java.util.BitSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.apache.hadoop.hdfs.protocol.Block;
import org.apache.hadoop.hdfs.protocol.DatanodeID;
import org.apache.hadoop.hdfs.server.namenode.NameNode;
import org.apache.hadoop.hdfs.server.namenode.VolsnapNameNodeBridge;
import org.volsnap.namenode.SnapshotCreator.Created;
import org.volsnap.namenode.SnapshotCreator.Purpose;
import org.volsnap.protocol.LeftOut;
import org.volsnap.protocol.RefusedException;
import org.volsnap.protocol.VolsnapProtocol;
import org.volsnap.protocol.proto.VolsnapProtos.BlockRefProto;
import org.volsnap.protocol.proto.VolsnapProtos.CancelRollbackRequestProto;
import org.volsnap.protocol.proto.VolsnapProtos.CancelRollbackResponseProto;
import org.volsnap.protocol.proto.VolsnapProtos.CloseNamespaceRequestProto;
import org.volsnap.protocol.proto.VolsnapProtos.CloseNamespaceResponseProto;
import org.volsnap.protocol.proto.VolsnapProtos.CreateRequestProto;
import org.volsnap.protocol.proto.VolsnapProtos.CreateResponseProto;
import org.volsnap.protocol.proto.VolsnapProtos.DeleteRequestProto;
import org.volsnap.protocol.proto.VolsnapProtos.DeleteResponseProto;
import org.volsnap.protocol.proto.VolsnapProtos.KeptNamespacesRequestProto;
import org.volsnap.protocol.proto.VolsnapProtos.KeptNamespacesResponseProto;
import org.volsnap.protocol.proto.VolsnapProtos.ListMountsRequestProto;
import org.volsnap.protocol.proto.VolsnapProtos.ListMountsResponseProto;
import org.volsnap.protocol.proto.VolsnapProtos.ListNamespaceRequestProto;
import org.volsnap.protocol.proto.VolsnapProtos.ListNamespaceResponseProto;
import org.volsnap.protocol.proto.VolsnapProtos.MountProto;
import org.volsnap.protocol.proto.VolsnapProtos.MountRequestProto;
import org.volsnap.protocol.proto.VolsnapProtos.MountResponseProto;
import org.volsnap.protocol.proto.VolsnapProtos.OpenNamespaceRequestProto;
import org.volsnap.protocol.proto.VolsnapProtos.OpenNamespaceResponseProto;
import org.volsnap.protocol.proto.VolsnapProtos.PollRequestProto;
import org.volsnap.protocol.proto.VolsnapProtos.PollResponseProto;
import org.volsnap.protocol.proto.VolsnapProtos.PrepareRollbackRequestProto;
import org.volsnap.protocol.proto.VolsnapProtos.PrepareRollbackResponseProto;
import org.volsnap.protocol.proto.VolsnapProtos.PreviewRollbackRequestProto;
import org.volsnap.protocol.proto.VolsnapProtos.PreviewRollbackResponseProto;
import org.volsnap.protocol.proto.VolsnapProtos.ReadNamespaceRequestProto;
import org.volsnap.protocol.proto.VolsnapProtos.ReadNamespaceResponseProto;
import org.volsnap.protocol.proto.VolsnapProtos.RestoreRegistryRequestProto;
import org.volsnap.protocol.proto.VolsnapProtos.RestoreRegistryResponseProto;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotProto;
import org.volsnap.protocol.proto.VolsnapProtos.StartVerifyRequestProto;
import org.volsnap.protocol.proto.VolsnapProtos.StartVerifyResponseProto;
import org.volsnap.protocol.proto.VolsnapProtos.StatusRequestProto;
import org.volsnap.protocol.proto.VolsnapProtos.StatusResponseProto;
import org.volsnap.protocol.proto.VolsnapProtos.UmountRequestProto;
import org.volsnap.protocol.proto.VolsnapProtos.UmountResponseProto;
import org.volsnap.protocol.proto.VolsnapProtos.VerifyStatusRequestProto;
import org.volsnap.protocol.proto.VolsnapProtos.VerifyStatusResponseProto;

/**
 * The protocol on the NameNode. Every administrative method checks by itself that the caller is a superuser: Hadoop
 * checks its access lists once per connection, and a connection made for another protocol reaches these methods too.
 */
final class AdminService implements VolsnapProtocol {
    private final NameNodeParts parts;
    private final VolsnapNameNodeBridge nameNode;
    private final Clock clock;

    AdminService(NameNodeParts parts, Clock clock) {
        this.parts = requireNonNull(parts, "parts is null");
        this.nameNode = parts.nameNode();
        this.clock = requireNonNull(clock, "clock is null");
    }

    @Override
    public PollResponseProto poll(PollRequestProto request) throws IOException {
        return parts.polls().poll(request);
    }

    @Override
    public CreateResponseProto create(CreateRequestProto request) throws IOException {
        String name = request.hasName() ? request.getName() : SnapshotNames.byTime(clock);
        return change("volsnapCreate", name, () -> {
            long start = clock.millis();
            Created created = parts.creator().create(name, caller(), Purpose.OPERATOR, request.getAllowMissing());
            return CreateResponseProto.newBuilder()
                    .setSnapshot(created.snapshot())
                    .setElapsedMillis(clock.millis() - start)
                    .setMarkMillis(created.markTime().toMillis())
                    .build();
        });
    }

    @Override
    public PrepareRollbackResponseProto prepareRollback(PrepareRollbackRequestProto request) throws IOException {
        return change(
                "volsnapPrepareRollback",
                request.getName(),
                () -> parts.preparer().prepare(request.getName(), caller(), request.getForced()));
    }

    @Override
    public PreviewRollbackResponseProto previewRollback(PreviewRollbackRequestProto request) throws IOException {
        check("volsnapPreviewRollback");
        return parts.preparer().preview(request.getName());
    }

    @Override
    public CancelRollbackResponseProto cancelRollback(CancelRollbackRequestProto request) throws IOException {
        return change("volsnapCancelRollback", "", () -> {
            parts.preparer().cancel();
            return CancelRollbackResponseProto.getDefaultInstance();
        });
    }

    @Override
    public DeleteResponseProto delete(DeleteRequestProto request) throws IOException {
        if (request.getDryRun()) {
            check("volsnapDelete");
            parts.deleter().check(request.getName());
            return DeleteResponseProto.getDefaultInstance();
        }
        return change("volsnapDelete", request.getName(), () -> {
            parts.deleter().begin(request.getName());
            return DeleteResponseProto.getDefaultInstance();
        });
    }

    @Override
    public StatusResponseProto status(StatusRequestProto request) throws IOException {
        check("volsnapStatus");
        if (request.hasName()
                && parts.registry().current().find(request.getName()).isEmpty()) {
            throw new RefusedException("no snapshot named " + request.getName());
        }
        return parts.status().report();
    }

    @Override
    public MountResponseProto mount(MountRequestProto request) throws IOException {
        check("volsnapMount");
        MountProto mount = parts.mounter().mount(request, caller());
        nameNode.audit(true, "volsnapMount", request.getName());
        return MountResponseProto.newBuilder().setMount(mount).build();
    }

    @Override
    public UmountResponseProto umount(UmountRequestProto request) throws IOException {
        check("volsnapUmount");
        UmountResponseProto.Builder response = UmountResponseProto.newBuilder();
        parts.mounter().umount(request).ifPresent(response::setMount);
        nameNode.audit(true, "volsnapUmount", request.getName());
        return response.build();
    }

    @Override
    public ListMountsResponseProto listMounts(ListMountsRequestProto request) throws IOException {
        check("volsnapListMounts");
        return ListMountsResponseProto.newBuilder()
                .setBlockPoolId(nameNode.blockPoolId())
                .addAllMounts(parts.registry().current().mounts())
                .build();
    }

    @Override
    public RestoreRegistryResponseProto restoreRegistry(RestoreRegistryRequestProto request) throws IOException {
        check("volsnapRestoreRegistry");
        // What was left unfinished is looked after later: that changes the registry.
        Registry restored = parts.operations()
                .run("volsnapRestoreRegistry", () -> parts.restorer().restore());
        nameNode.audit(true, "volsnapRestoreRegistry", "");
        return RestoreRegistryResponseProto.newBuilder()
                .setVersion(restored.version())
                .setSnapshots(restored.snapshots().size())
                .build();
    }

    @Override
    public OpenNamespaceResponseProto openNamespace(OpenNamespaceRequestProto request) throws IOException {
        check("volsnapOpenNamespace");
        return OpenNamespaceResponseProto.newBuilder()
                .setTxid(parts.opened().open())
                .build();
    }

    @Override
    public CloseNamespaceResponseProto closeNamespace(CloseNamespaceRequestProto request) throws IOException {
        check("volsnapCloseNamespace");
        parts.opened().close(request.getTxid());
        return CloseNamespaceResponseProto.getDefaultInstance();
    }

    @Override
    public ListNamespaceResponseProto listNamespace(ListNamespaceRequestProto request) throws IOException {
        checkReader("volsnapListNamespace", request.hasSnapshotId());
        return parts.namespaces().list(request);
    }

    @Override
    public ReadNamespaceResponseProto readNamespace(ReadNamespaceRequestProto request) throws IOException {
        checkReader("volsnapReadNamespace", request.hasSnapshotId());
        return parts.namespaces().read(request);
    }

    @Override
    public KeptNamespacesResponseProto keptNamespaces(KeptNamespacesRequestProto request) throws IOException {
        nameNode.checkSuperuser("volsnapKeptNamespaces");
        return parts.status().kept();
    }

    @Override
    public StartVerifyResponseProto startVerify(StartVerifyRequestProto request) throws IOException {
        check("volsnapVerify");
        SnapshotProto snapshot = parts.registry().current().active(request.getName());
        Set<String> leftOut = LeftOut.uuids(snapshot);
        // Those that have not polled yet too, as after a failover: they get the task with their first poll.
        Set<String> asked = Sets.difference(liveWithPlugin(), leftOut);
        if (nameNode.isInStartupSafeMode() || asked.isEmpty()) {
            throw new RefusedException("not every DataNode has reported to this NameNode since it was started;"
                    + " wait (hdfs dfsadmin -safemode wait) and verify then");
        }
        long task = request.getPresenceOnly()
                ? startPresence(snapshot.getId(), request.getBlocksList(), asked)
                : parts.verifyTasks().start(snapshot.getId(), request.getBlocksList(), asked);
        return StartVerifyResponseProto.newBuilder().setTaskId(task).build();
    }

    /** DataNodes are asked only for what has no replica that this NameNode knows of. */
    private long startPresence(long snapshotId, List<BlockRefProto> blocks, Set<String> asked) throws IOException {
        parts.verifyTasks().checkRoom(blocks.size());
        List<Block> asStored = blocks.stream()
                .map(block -> new Block(block.getBlockId(), block.getLength(), block.getStamp()))
                .toList();
        BitSet present = nameNode.replicated(
                asStored, uuid -> asked.contains(uuid) && !parts.tracker().isSilent(uuid));
        for (int i = 0; i < blocks.size(); i++) {
            if (blocks.get(i).getUnderConstruction()) {
                present.clear(i);
            }
        }
        return parts.verifyTasks().startPresence(snapshotId, blocks, present, asked);
    }

    @Override
    public VerifyStatusResponseProto verifyStatus(VerifyStatusRequestProto request) throws IOException {
        check("volsnapVerify");
        Set<String> waitedFor = liveWithPlugin();
        return parts.verifyTasks()
                .status(
                        request.getTaskId(),
                        uuid -> !waitedFor.contains(uuid) || parts.tracker().isSilent(uuid));
    }

    /** The uuids of live DataNodes, but for those that are known to run without the plugin. */
    private Set<String> liveWithPlugin() {
        return nameNode.liveDatanodes().stream()
                .filter(datanode -> !parts.tracker().runsWithoutPlugin(datanode))
                .map(DatanodeID::getDatanodeUuid)
                .collect(Collectors.toSet());
    }

    /** @param anyState also a standby hands it out: to another NameNode, which knows what it asks for */
    private void checkReader(String operation, boolean anyState) throws IOException {
        if (anyState) {
            nameNode.checkSuperuser(operation);
        } else {
            check(operation);
        }
    }

    private void check(String operation) throws IOException {
        parts.takeover().require();
        nameNode.checkSuperuser(operation);
    }

    /**
     * Runs something that changes the registry, alone, and writes a line of the audit log. What another NameNode has
     * begun and not finished goes first: its caller may be the one that asks again here.
     */
    private <T> T change(String operation, String name, VolsnapNameNodeBridge.Locked<T> work) throws IOException {
        check(operation);
        T result = parts.operations().run(operation + " " + name, () -> {
            parts.leftovers().housekeep();
            return work.call();
        });
        nameNode.audit(true, operation, name);
        return result;
    }

    private static String caller() throws IOException {
        return NameNode.getRemoteUser().getShortUserName();
    }
}
