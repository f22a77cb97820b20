/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.protocol;

import com.google.common.base.Splitter;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.CommonConfigurationKeysPublic;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.ipc.RPC;
import org.apache.hadoop.ipc.RemoteException;
import org.apache.hadoop.security.UserGroupInformation;
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
 * Calls the NameNode. What the NameNode threw is thrown here under its own type where that type is on the class path,
 * else as {@link RemoteException}. Safe for many threads.
 */
public final class VolsnapClient implements VolsnapProtocol, Closeable {
    private static final int COMMAND_IDLE_MILLIS = 500;
    private static final int CONNECT_MILLIS = 2000;

    private final VolsnapProtocol protocol;

    private VolsnapClient(VolsnapProtocol protocol) {
        this.protocol = protocol;
    }

    /**
     * The NameNode of {@code fs.defaultFS} (or {@code -fs}), for an operator's command: waits for an answer as long as
     * the NameNode lives, and leaves no connection behind that would break when the NameNode is restarted next.
     */
    public static VolsnapClient connect(Configuration conf) throws IOException {
        Configuration own = new Configuration(conf);
        own.setInt(CommonConfigurationKeysPublic.IPC_CLIENT_CONNECTION_MAXIDLETIME_KEY, COMMAND_IDLE_MILLIS);
        return connect(own, FileSystem.getDefaultUri(own), Duration.ZERO);
    }

    /**
     * The NameNode, or the active one of the nameservice, behind an {@code hdfs://} URI.
     *
     * @param timeout how long to wait for an answer; zero waits as long as the NameNode's host lives
     */
    public static VolsnapClient connect(Configuration conf, URI nameNode, Duration timeout) throws IOException {
        return new VolsnapClient(NameNodeProxy.create(conf, nameNode, timeout));
    }

    /**
     * One certain NameNode, by the address of its client RPC server (never the service RPC server), as the current
     * user.
     */
    public static VolsnapClient connect(Configuration conf, InetSocketAddress nameNode, Duration timeout)
            throws IOException {
        return new VolsnapClient(NameNodeProxy.create(conf, nameNode, UserGroupInformation.getCurrentUser(), timeout));
    }

    /** The same for a caller who asks again anyway: a host that does not take the connection at once is given up. */
    public static VolsnapClient connectOnce(Configuration conf, InetSocketAddress nameNode, Duration timeout)
            throws IOException {
        Configuration own = new Configuration(conf);
        own.setInt(CommonConfigurationKeysPublic.IPC_CLIENT_CONNECT_TIMEOUT_KEY, CONNECT_MILLIS);
        own.setInt(CommonConfigurationKeysPublic.IPC_CLIENT_CONNECT_MAX_RETRIES_ON_SOCKET_TIMEOUTS_KEY, 0);
        own.setInt(CommonConfigurationKeysPublic.IPC_CLIENT_CONNECT_MAX_RETRIES_KEY, 0);
        return connect(own, nameNode, timeout);
    }

    @Override
    public void close() {
        RPC.stopProxy(protocol);
    }

    @Override
    public PollResponseProto poll(PollRequestProto request) throws IOException {
        return call(protocol::poll, request);
    }

    @Override
    public CreateResponseProto create(CreateRequestProto request) throws IOException {
        return call(protocol::create, request);
    }

    @Override
    public StatusResponseProto status(StatusRequestProto request) throws IOException {
        return call(protocol::status, request);
    }

    @Override
    public DeleteResponseProto delete(DeleteRequestProto request) throws IOException {
        return call(protocol::delete, request);
    }

    @Override
    public PrepareRollbackResponseProto prepareRollback(PrepareRollbackRequestProto request) throws IOException {
        return call(protocol::prepareRollback, request);
    }

    @Override
    public CancelRollbackResponseProto cancelRollback(CancelRollbackRequestProto request) throws IOException {
        return call(protocol::cancelRollback, request);
    }

    @Override
    public MountResponseProto mount(MountRequestProto request) throws IOException {
        return call(protocol::mount, request);
    }

    @Override
    public UmountResponseProto umount(UmountRequestProto request) throws IOException {
        return call(protocol::umount, request);
    }

    @Override
    public ListMountsResponseProto listMounts(ListMountsRequestProto request) throws IOException {
        return call(protocol::listMounts, request);
    }

    @Override
    public RestoreRegistryResponseProto restoreRegistry(RestoreRegistryRequestProto request) throws IOException {
        return call(protocol::restoreRegistry, request);
    }

    @Override
    public PreviewRollbackResponseProto previewRollback(PreviewRollbackRequestProto request) throws IOException {
        return call(protocol::previewRollback, request);
    }

    @Override
    public OpenNamespaceResponseProto openNamespace(OpenNamespaceRequestProto request) throws IOException {
        return call(protocol::openNamespace, request);
    }

    @Override
    public CloseNamespaceResponseProto closeNamespace(CloseNamespaceRequestProto request) throws IOException {
        return call(protocol::closeNamespace, request);
    }

    @Override
    public ListNamespaceResponseProto listNamespace(ListNamespaceRequestProto request) throws IOException {
        return call(protocol::listNamespace, request);
    }

    @Override
    public ReadNamespaceResponseProto readNamespace(ReadNamespaceRequestProto request) throws IOException {
        return call(protocol::readNamespace, request);
    }

    @Override
    public KeptNamespacesResponseProto keptNamespaces(KeptNamespacesRequestProto request) throws IOException {
        return call(protocol::keptNamespaces, request);
    }

    @Override
    public StartVerifyResponseProto startVerify(StartVerifyRequestProto request) throws IOException {
        return call(protocol::startVerify, request);
    }

    @Override
    public VerifyStatusResponseProto verifyStatus(VerifyStatusRequestProto request) throws IOException {
        return call(protocol::verifyStatus, request);
    }

    @FunctionalInterface
    private interface Method<Q, A> {
        A call(Q request) throws IOException;
    }

    private static <Q, A> A call(Method<Q, A> method, Q request) throws IOException {
        try {
            return method.call(request);
        } catch (RemoteException e) {
            throw unwrap(e);
        }
    }

    /** The server sends its stack trace with the message; a refusal is for the operator and needs only its line. */
    private static IOException unwrap(RemoteException e) {
        IOException thrown = e.unwrapRemoteException();
        return thrown instanceof RefusedException
                ? new RefusedException(
                        Splitter.on('\n')
                                .splitToList(String.valueOf(e.getMessage()))
                                .get(0),
                        e)
                : thrown;
    }
}
