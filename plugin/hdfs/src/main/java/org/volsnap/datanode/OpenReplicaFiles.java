/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import org.volsnap.model.ReplicaFiles;

/**
 * A replica's two files, open for reading: they stay the same two, whatever is renamed meanwhile. Held for one read of
 * a chunk, never longer. For one thread.
 */
final class OpenReplicaFiles implements Closeable {
    private final ReplicaFiles files;
    private final FileChannel data;
    private final FileChannel meta;

    private OpenReplicaFiles(ReplicaFiles files, FileChannel data, FileChannel meta) {
        this.files = files;
        this.data = data;
        this.meta = meta;
    }

    static OpenReplicaFiles open(ReplicaFiles files) throws IOException {
        FileChannel data = FileChannel.open(files.data(), StandardOpenOption.READ);
        try {
            return new OpenReplicaFiles(files, data, FileChannel.open(files.meta(), StandardOpenOption.READ));
        } catch (IOException e) {
            data.close();
            throw e;
        }
    }

    String name() {
        return files.data().toString();
    }

    long dataLength() throws IOException {
        return data.size();
    }

    byte[] checksumHeader() throws IOException {
        return readMeta(0, ChecksumLayout.HEADER_BYTES).array();
    }

    ByteBuffer readData(long position, int lengthBytes) throws IOException {
        return read(data, name(), position, lengthBytes);
    }

    ByteBuffer readMeta(long position, int lengthBytes) throws IOException {
        return read(meta, files.meta().toString(), position, lengthBytes);
    }

    private static ByteBuffer read(FileChannel file, String name, long position, int lengthBytes) throws IOException {
        ByteBuffer into = ByteBuffer.allocate(lengthBytes);
        while (into.hasRemaining()) {
            if (file.read(into, position + into.position()) < 0) {
                throw new EOFException(name + " ends before " + (position + lengthBytes));
            }
        }
        return into.flip();
    }

    @Override
    public void close() throws IOException {
        try (data) {
            meta.close();
        }
    }
}
