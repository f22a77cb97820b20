/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.protocol;

import static java.util.Objects.requireNonNull;

import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.thirdparty.protobuf.ByteString;
import org.volsnap.protocol.proto.VolsnapProtos.CloseNamespaceRequestProto;
import org.volsnap.protocol.proto.VolsnapProtos.ListNamespaceRequestProto;
import org.volsnap.protocol.proto.VolsnapProtos.NamespaceFileProto;
import org.volsnap.protocol.proto.VolsnapProtos.OpenNamespaceRequestProto;
import org.volsnap.protocol.proto.VolsnapProtos.ReadNamespaceRequestProto;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotProto;

/** Copies a namespace from a NameNode to this machine: the kept one of a snapshot, or the one of now. */
public final class NamespaceDownload {
    private static final int PIECE_BYTES = 1 << 20;

    private final VolsnapProtocol nameNode;

    public NamespaceDownload(VolsnapProtocol nameNode) {
        this.nameNode = requireNonNull(nameNode, "nameNode is null");
    }

    /** Fetches all files from the active NameNode, under their names relative to {@code directory}. */
    public void fetch(String snapshot, Path directory) throws IOException {
        fetch(
                ListNamespaceRequestProto.newBuilder().setName(snapshot),
                ReadNamespaceRequestProto.newBuilder().setName(snapshot),
                directory);
    }

    /** The same from a NameNode that need not be active. */
    public void fetch(SnapshotProto snapshot, Path directory) throws IOException {
        fetch(
                ListNamespaceRequestProto.newBuilder()
                        .setName(snapshot.getName())
                        .setSnapshotId(snapshot.getId()),
                ReadNamespaceRequestProto.newBuilder()
                        .setName(snapshot.getName())
                        .setSnapshotId(snapshot.getId()),
                directory);
    }

    /**
     * Fetches the namespace as it is now on the active NameNode, which begins a new segment of its edit log for that.
     *
     * @return the last transaction in it
     */
    public long fetchNow(Path directory) throws IOException {
        long txid = nameNode.openNamespace(OpenNamespaceRequestProto.getDefaultInstance())
                .getTxid();
        try {
            fetch(
                    ListNamespaceRequestProto.newBuilder().setName("").setOpenedTxid(txid),
                    ReadNamespaceRequestProto.newBuilder().setName("").setOpenedTxid(txid),
                    directory);
        } finally {
            nameNode.closeNamespace(
                    CloseNamespaceRequestProto.newBuilder().setTxid(txid).build());
        }
        return txid;
    }

    private void fetch(ListNamespaceRequestProto.Builder list, ReadNamespaceRequestProto.Builder read, Path directory)
            throws IOException {
        for (NamespaceFileProto file : nameNode.listNamespace(list.build()).getFilesList()) {
            fetchFile(read, file, target(directory, file.getFile()));
        }
    }

    private static Path target(Path directory, String name) throws IOException {
        Path target = directory.resolve(name).normalize();
        if (!target.startsWith(directory.normalize())) {
            throw new IOException("The NameNode names a file outside of its directory: " + name);
        }
        Files.createDirectories(target.getParent());
        return target;
    }

    private void fetchFile(ReadNamespaceRequestProto.Builder request, NamespaceFileProto file, Path target)
            throws IOException {
        try (OutputStream out = Files.newOutputStream(target)) {
            for (long offset = 0; offset < file.getLength(); ) {
                ByteString piece = read(request, file, offset);
                if (piece.isEmpty()) {
                    throw new EOFException(file.getFile() + " ended at " + offset + " of " + file.getLength());
                }
                piece.writeTo(out);
                offset += piece.size();
            }
        }
    }

    private ByteString read(ReadNamespaceRequestProto.Builder request, NamespaceFileProto file, long offset)
            throws IOException {
        return nameNode.readNamespace(request.setFile(file.getFile())
                        .setOffset(offset)
                        .setLength((int) Math.min(PIECE_BYTES, file.getLength() - offset))
                        .build())
                .getData();
    }
}
