/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.protocol;

import static java.util.Objects.requireNonNull;
import static org.apache.hadoop.ipc.internal.ShadedProtobufHelper.ipc;

import java.io.Closeable;
import java.io.IOException;
import org.apache.hadoop.ipc.RPC;
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
import org.volsnap.protocol.proto.VolsnapProtos.StartVerifyRequestProto;
import org.volsnap.protocol.proto.VolsnapProtos.StartVerifyResponseProto;
import org.volsnap.protocol.proto.VolsnapProtos.StatusRequestProto;
import org.volsnap.protocol.proto.VolsnapProtos.StatusResponseProto;
import org.volsnap.protocol.proto.VolsnapProtos.UmountRequestProto;
import org.volsnap.protocol.proto.VolsnapProtos.UmountResponseProto;
import org.volsnap.protocol.proto.VolsnapProtos.VerifyStatusRequestProto;
import org.volsnap.protocol.proto.VolsnapProtos.VerifyStatusResponseProto;

/**
 * The protocol towards one NameNode. Throws {@code RemoteException}s as they come, so that a retry policy can judge
 * them.
 */
final class VolsnapTranslator implements VolsnapProtocol, Closeable {
    private final VolsnapProtocolPB proxy;

    VolsnapTranslator(VolsnapProtocolPB proxy) {
        this.proxy = requireNonNull(proxy, "proxy is null");
    }

    @Override
    public PollResponseProto poll(PollRequestProto request) throws IOException {
        return ipc(() -> proxy.poll(null, request));
    }

    @Override
    public CreateResponseProto create(CreateRequestProto request) throws IOException {
        return ipc(() -> proxy.create(null, request));
    }

    @Override
    public StatusResponseProto status(StatusRequestProto request) throws IOException {
        return ipc(() -> proxy.status(null, request));
    }

    @Override
    public DeleteResponseProto delete(DeleteRequestProto request) throws IOException {
        return ipc(() -> proxy.delete(null, request));
    }

    @Override
    public PrepareRollbackResponseProto prepareRollback(PrepareRollbackRequestProto request) throws IOException {
        return ipc(() -> proxy.prepareRollback(null, request));
    }

    @Override
    public CancelRollbackResponseProto cancelRollback(CancelRollbackRequestProto request) throws IOException {
        return ipc(() -> proxy.cancelRollback(null, request));
    }

    @Override
    public MountResponseProto mount(MountRequestProto request) throws IOException {
        return ipc(() -> proxy.mount(null, request));
    }

    @Override
    public UmountResponseProto umount(UmountRequestProto request) throws IOException {
        return ipc(() -> proxy.umount(null, request));
    }

    @Override
    public ListMountsResponseProto listMounts(ListMountsRequestProto request) throws IOException {
        return ipc(() -> proxy.listMounts(null, request));
    }

    @Override
    public RestoreRegistryResponseProto restoreRegistry(RestoreRegistryRequestProto request) throws IOException {
        return ipc(() -> proxy.restoreRegistry(null, request));
    }

    @Override
    public PreviewRollbackResponseProto previewRollback(PreviewRollbackRequestProto request) throws IOException {
        return ipc(() -> proxy.previewRollback(null, request));
    }

    @Override
    public OpenNamespaceResponseProto openNamespace(OpenNamespaceRequestProto request) throws IOException {
        return ipc(() -> proxy.openNamespace(null, request));
    }

    @Override
    public CloseNamespaceResponseProto closeNamespace(CloseNamespaceRequestProto request) throws IOException {
        return ipc(() -> proxy.closeNamespace(null, request));
    }

    @Override
    public ListNamespaceResponseProto listNamespace(ListNamespaceRequestProto request) throws IOException {
        return ipc(() -> proxy.listNamespace(null, request));
    }

    @Override
    public ReadNamespaceResponseProto readNamespace(ReadNamespaceRequestProto request) throws IOException {
        return ipc(() -> proxy.readNamespace(null, request));
    }

    @Override
    public KeptNamespacesResponseProto keptNamespaces(KeptNamespacesRequestProto request) throws IOException {
        return ipc(() -> proxy.keptNamespaces(null, request));
    }

    @Override
    public StartVerifyResponseProto startVerify(StartVerifyRequestProto request) throws IOException {
        return ipc(() -> proxy.startVerify(null, request));
    }

    @Override
    public VerifyStatusResponseProto verifyStatus(VerifyStatusRequestProto request) throws IOException {
        return ipc(() -> proxy.verifyStatus(null, request));
    }

    @Override
    public void close() {
        RPC.stopProxy(proxy);
    }
}
