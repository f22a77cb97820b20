/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import org.apache.hadoop.thirdparty.protobuf.ByteString;
import org.volsnap.protocol.RefusedException;
import org.volsnap.protocol.proto.VolsnapProtos.ListNamespaceRequestProto;
import org.volsnap.protocol.proto.VolsnapProtos.ListNamespaceResponseProto;
import org.volsnap.protocol.proto.VolsnapProtos.NamespaceFileProto;
import org.volsnap.protocol.proto.VolsnapProtos.ReadNamespaceRequestProto;
import org.volsnap.protocol.proto.VolsnapProtos.ReadNamespaceResponseProto;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotProto;

/** Hands out the files of kept namespaces and of opened ones, and nothing else. */
final class NamespaceReader {
    private static final int MAX_PIECE = 1 << 20;

    private final RegistryKeeper registry;
    private final NamespaceDirs dirs;
    private final OpenedNamespaces opened;

    NamespaceReader(RegistryKeeper registry, NamespaceDirs dirs, OpenedNamespaces opened) {
        this.registry = requireNonNull(registry, "registry is null");
        this.opened = requireNonNull(opened, "opened is null");
        this.dirs = requireNonNull(dirs, "dirs is null");
    }

    ListNamespaceResponseProto list(ListNamespaceRequestProto request) throws IOException {
        Path copy = request.hasOpenedTxid()
                ? opened.directory(request.getOpenedTxid())
                : copy(request.getName(), request.hasSnapshotId(), request.getSnapshotId());
        ListNamespaceResponseProto.Builder list = ListNamespaceResponseProto.newBuilder();
        for (Path file : NamespaceDirs.files(copy)) {
            list.addFiles(NamespaceFileProto.newBuilder()
                    .setFile(copy.relativize(file).toString())
                    .setLength(file.toFile().length()));
        }
        return list.build();
    }

    ReadNamespaceResponseProto read(ReadNamespaceRequestProto request) throws IOException {
        Path copy = request.hasOpenedTxid()
                ? opened.directory(request.getOpenedTxid())
                : copy(request.getName(), request.hasSnapshotId(), request.getSnapshotId());
        // Looked up among the files there are: no name leads out of the directory.
        Path file = NamespaceDirs.files(copy).stream()
                .filter(candidate -> copy.relativize(candidate).toString().equals(request.getFile()))
                .findFirst()
                .orElseThrow(() -> new RefusedException(
                        "the namespace of snapshot " + request.getName() + " has no file " + request.getFile()));
        int length = Math.max(0, Math.min(request.getLength(), MAX_PIECE));
        try (FileChannel channel = FileChannel.open(file);
                InputStream in = Channels.newInputStream(channel.position(Math.max(0, request.getOffset())))) {
            return ReadNamespaceResponseProto.newBuilder()
                    .setData(ByteString.copyFrom(in.readNBytes(length)))
                    .build();
        }
    }

    /** @param hasId it has to be the snapshot with this id: its name may have been given again */
    private Path copy(String name, boolean hasId, long id) throws RefusedException {
        Registry current = registry.current();
        SnapshotProto snapshot = current.active(name);
        if (hasId && snapshot.getId() != id) {
            throw new RefusedException("snapshot " + name + " is " + snapshot.getId() + " here, not " + id);
        }
        return dirs.copy(snapshot, current.toProto().getBlockPoolId());
    }
}
