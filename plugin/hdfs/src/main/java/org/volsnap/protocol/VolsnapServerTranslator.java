/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.protocol;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import org.apache.hadoop.thirdparty.protobuf.RpcController;
import org.apache.hadoop.thirdparty.protobuf.ServiceException;
import org.jspecify.annotations.Nullable;
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

/** Puts a {@link VolsnapProtocol} behind Hadoop's RPC. */
public final class VolsnapServerTranslator implements VolsnapProtocolPB {
    private final VolsnapProtocol service;

    public VolsnapServerTranslator(VolsnapProtocol service) {
        this.service = requireNonNull(service, "service is null");
    }

    @Override
    public PollResponseProto poll(@Nullable RpcController controller, PollRequestProto request)
            throws ServiceException {
        return serve(service::poll, request);
    }

    @Override
    public CreateResponseProto create(@Nullable RpcController controller, CreateRequestProto request)
            throws ServiceException {
        return serve(service::create, request);
    }

    @Override
    public StatusResponseProto status(@Nullable RpcController controller, StatusRequestProto request)
            throws ServiceException {
        return serve(service::status, request);
    }

    @Override
    public DeleteResponseProto delete(@Nullable RpcController controller, DeleteRequestProto request)
            throws ServiceException {
        return serve(service::delete, request);
    }

    @Override
    public PrepareRollbackResponseProto prepareRollback(
            @Nullable RpcController controller, PrepareRollbackRequestProto request) throws ServiceException {
        return serve(service::prepareRollback, request);
    }

    @Override
    public CancelRollbackResponseProto cancelRollback(
            @Nullable RpcController controller, CancelRollbackRequestProto request) throws ServiceException {
        return serve(service::cancelRollback, request);
    }

    @Override
    public MountResponseProto mount(@Nullable RpcController controller, MountRequestProto request)
            throws ServiceException {
        return serve(service::mount, request);
    }

    @Override
    public UmountResponseProto umount(@Nullable RpcController controller, UmountRequestProto request)
            throws ServiceException {
        return serve(service::umount, request);
    }

    @Override
    public ListMountsResponseProto listMounts(@Nullable RpcController controller, ListMountsRequestProto request)
            throws ServiceException {
        return serve(service::listMounts, request);
    }

    @Override
    public RestoreRegistryResponseProto restoreRegistry(
            @Nullable RpcController controller, RestoreRegistryRequestProto request) throws ServiceException {
        return serve(service::restoreRegistry, request);
    }

    @Override
    public PreviewRollbackResponseProto previewRollback(
            @Nullable RpcController controller, PreviewRollbackRequestProto request) throws ServiceException {
        return serve(service::previewRollback, request);
    }

    @Override
    public OpenNamespaceResponseProto openNamespace(
            @Nullable RpcController controller, OpenNamespaceRequestProto request) throws ServiceException {
        return serve(service::openNamespace, request);
    }

    @Override
    public CloseNamespaceResponseProto closeNamespace(
            @Nullable RpcController controller, CloseNamespaceRequestProto request) throws ServiceException {
        return serve(service::closeNamespace, request);
    }

    @Override
    public ListNamespaceResponseProto listNamespace(
            @Nullable RpcController controller, ListNamespaceRequestProto request) throws ServiceException {
        return serve(service::listNamespace, request);
    }

    @Override
    public ReadNamespaceResponseProto readNamespace(
            @Nullable RpcController controller, ReadNamespaceRequestProto request) throws ServiceException {
        return serve(service::readNamespace, request);
    }

    @Override
    public KeptNamespacesResponseProto keptNamespaces(
            @Nullable RpcController controller, KeptNamespacesRequestProto request) throws ServiceException {
        return serve(service::keptNamespaces, request);
    }

    @Override
    public StartVerifyResponseProto startVerify(@Nullable RpcController controller, StartVerifyRequestProto request)
            throws ServiceException {
        return serve(service::startVerify, request);
    }

    @Override
    public VerifyStatusResponseProto verifyStatus(@Nullable RpcController controller, VerifyStatusRequestProto request)
            throws ServiceException {
        return serve(service::verifyStatus, request);
    }

    @FunctionalInterface
    private interface Method<Q, A> {
        A call(Q request) throws IOException;
    }

    private static <Q, A> A serve(Method<Q, A> method, Q request) throws ServiceException {
        try {
            return method.call(request);
        } catch (IOException e) {
            throw new ServiceException(e);
        }
    }
}
