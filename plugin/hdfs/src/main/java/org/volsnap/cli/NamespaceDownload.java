/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.cli;

import static java.util.Objects.requireNonNull;

import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.thirdparty.protobuf.ByteString;
import org.volsnap.protocol.VolsnapProtocol;
import org.volsnap.protocol.proto.VolsnapProtos.ListNamespaceRequestProto;
import org.volsnap.protocol.proto.VolsnapProtos.NamespaceFileProto;
import org.volsnap.protocol.proto.VolsnapProtos.ReadNamespaceRequestProto;

/** Copies the kept namespace of a snapshot from the NameNode to this machine. */
final class NamespaceDownload {
    private static final int PIECE_BYTES = 1 << 20;

    private final VolsnapProtocol nameNode;

    NamespaceDownload(VolsnapProtocol nameNode) {
        this.nameNode = requireNonNull(nameNode, "nameNode is null");
    }

    /** Fetches all files, under their names relative to {@code directory}. */
    void fetch(String snapshot, Path directory) throws IOException {
        var request = ListNamespaceRequestProto.newBuilder().setName(snapshot).build();
        for (NamespaceFileProto file : nameNode.listNamespace(request).getFilesList()) {
            fetchFile(snapshot, file, target(directory, file.getFile()));
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

    private void fetchFile(String snapshot, NamespaceFileProto file, Path target) throws IOException {
        try (OutputStream out = Files.newOutputStream(target)) {
            for (long offset = 0; offset < file.getLength(); ) {
                ByteString piece = read(snapshot, file, offset);
                if (piece.isEmpty()) {
                    throw new EOFException(file.getFile() + " ended at " + offset + " of " + file.getLength());
                }
                piece.writeTo(out);
                offset += piece.size();
            }
        }
    }

    private ByteString read(String snapshot, NamespaceFileProto file, long offset) throws IOException {
        return nameNode.readNamespace(ReadNamespaceRequestProto.newBuilder()
                        .setName(snapshot)
                        .setFile(file.getFile())
                        .setOffset(offset)
                        .setLength((int) Math.min(PIECE_BYTES, file.getLength() - offset))
                        .build())
                .getData();
    }
}
