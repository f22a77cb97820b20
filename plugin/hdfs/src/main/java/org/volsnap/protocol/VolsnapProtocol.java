/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.protocol;

import java.io.IOException;
import org.apache.hadoop.io.retry.Idempotent;
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
 * What the active NameNode offers, and for namespaces that other NameNodes fetch a standby too. Every method but {@link
 * #poll} is for superusers only. Safe for many threads.
 *
 * <p>Errors: {@code AccessControlException} to who may not, {@code StandbyException} from a NameNode that is not
 * active, {@code SafeModeException} where the registry has to be written and can't be, {@link RefusedException} with a
 * line for the operator for everything that was asked at the wrong time or does not exist.
 */
public interface VolsnapProtocol {
    /** A DataNode reports what it has done and is told what exists. Cheap: no namesystem lock. */
    @Idempotent
    PollResponseProto poll(PollRequestProto request) throws IOException;

    /** Takes a volume snapshot; returns when it is ACTIVE. */
    CreateResponseProto create(CreateRequestProto request) throws IOException;

    /** The registry, and how every DataNode stands to it. */
    @Idempotent
    StatusResponseProto status(StatusRequestProto request) throws IOException;

    /** Begins to delete a snapshot; returns when that is recorded. */
    DeleteResponseProto delete(DeleteRequestProto request) throws IOException;

    /** Takes the safety snapshot and puts the cluster into the state in which it can be rolled back. */
    PrepareRollbackResponseProto prepareRollback(PrepareRollbackRequestProto request) throws IOException;

    /** What {@link #prepareRollback} would refuse, and which DataNodes and storage volumes are missing; changes nothing. */
    @Idempotent
    PreviewRollbackResponseProto previewRollback(PreviewRollbackRequestProto request) throws IOException;

    /** Undoes {@link #prepareRollback}; does nothing when none is pending. */
    @Idempotent
    CancelRollbackResponseProto cancelRollback(CancelRollbackRequestProto request) throws IOException;

    /**
     * The NameNode of a snapshot serves: from now on DataNodes join it, and the snapshot can't be deleted, nor anything
     * rolled back.
     */
    MountResponseProto mount(MountRequestProto request) throws IOException;

    /** Ends a mount: the DataNodes leave it, and its NameNode ends when it sees that. */
    UmountResponseProto umount(UmountRequestProto request) throws IOException;

    /** What is mounted; cheap. */
    @Idempotent
    ListMountsResponseProto listMounts(ListMountsRequestProto request) throws IOException;

    /** Writes the newest registry that is known, after it was lost; refused when it is whole. */
    RestoreRegistryResponseProto restoreRegistry(RestoreRegistryRequestProto request) throws IOException;

    /**
     * Begins a new segment of the edit log and gathers the files of the namespace up to there, for {@link #listNamespace} and
     * {@link #readNamespace}. They are links, or copies, and stay until they are closed or nobody reads them for long.
     */
    OpenNamespaceResponseProto openNamespace(OpenNamespaceRequestProto request) throws IOException;

    /** Removes what {@link #openNamespace} gathered; does nothing when it is gone. */
    @Idempotent
    CloseNamespaceResponseProto closeNamespace(CloseNamespaceRequestProto request) throws IOException;

    /** The files of the snapshot's kept namespace. */
    @Idempotent
    ListNamespaceResponseProto listNamespace(ListNamespaceRequestProto request) throws IOException;

    /** A piece of one of these files, of at most 1 MiB; shorter at the file's end. */
    @Idempotent
    ReadNamespaceResponseProto readNamespace(ReadNamespaceRequestProto request) throws IOException;

    /** The copies of namespaces that this NameNode has itself; answered by a standby too. */
    @Idempotent
    KeptNamespacesResponseProto keptNamespaces(KeptNamespacesRequestProto request) throws IOException;

    /** Hands blocks of a snapshot to every live DataNode to be read and checked. */
    @Idempotent
    StartVerifyResponseProto startVerify(StartVerifyRequestProto request) throws IOException;

    /** What the DataNodes have answered so far. */
    @Idempotent
    VerifyStatusResponseProto verifyStatus(VerifyStatusRequestProto request) throws IOException;
}
