/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.protocol;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import java.io.EOFException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import org.apache.hadoop.thirdparty.protobuf.ByteString;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.volsnap.protocol.proto.VolsnapProtos.ListNamespaceResponseProto;
import org.volsnap.protocol.proto.VolsnapProtos.NamespaceFileProto;
import org.volsnap.protocol.proto.VolsnapProtos.ReadNamespaceRequestProto;
import org.volsnap.protocol.proto.VolsnapProtos.ReadNamespaceResponseProto;

class NamespaceDownloadTest {
    private final VolsnapProtocol nameNode = mock(VolsnapProtocol.class);

    @TempDir
    Path directory;

    @Test
    void copiesAFileThatIsLongerThanOnePiece() throws IOException {
        byte[] bytes = new byte[(2 << 20) + 77];
        new Random(1).nextBytes(bytes);
        offer("current/fsimage_7", bytes.length);
        when(nameNode.readNamespace(any())).thenAnswer(call -> piece(bytes, call.getArgument(0)));

        new NamespaceDownload(nameNode).fetch("nightly", directory);

        assertThat(directory.resolve("current/fsimage_7")).hasBinaryContent(bytes);
    }

    @Test
    void aFileThatEndsTooSoonIsAnError() throws IOException {
        offer("current/fsimage_7", 10);
        when(nameNode.readNamespace(any()))
                .thenReturn(ReadNamespaceResponseProto.newBuilder()
                        .setData(ByteString.EMPTY)
                        .build());

        assertThatThrownBy(() -> new NamespaceDownload(nameNode).fetch("nightly", directory))
                .isInstanceOf(EOFException.class)
                .hasMessage("current/fsimage_7 ended at 0 of 10");
    }

    @Test
    void aNameThatLeadsOutOfTheDirectoryIsRefused() throws IOException {
        offer("../../etc/cron", 10);

        assertThatThrownBy(() -> new NamespaceDownload(nameNode).fetch("nightly", directory))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("../../etc/cron");
    }

    private void offer(String file, long length) throws IOException {
        when(nameNode.listNamespace(any()))
                .thenReturn(ListNamespaceResponseProto.newBuilder()
                        .addFiles(NamespaceFileProto.newBuilder().setFile(file).setLength(length))
                        .build());
    }

    private static ReadNamespaceResponseProto piece(byte[] bytes, ReadNamespaceRequestProto request) {
        int offset = (int) request.getOffset();
        int length = Math.min(request.getLength(), bytes.length - offset);
        return ReadNamespaceResponseProto.newBuilder()
                .setData(ByteString.copyFrom(bytes, offset, length))
                .build();
    }
}
