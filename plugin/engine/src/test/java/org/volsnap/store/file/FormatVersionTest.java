/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.volsnap.store.ExceptionStore;
import org.volsnap.store.StoreVersionException;
import org.volsnap.store.file.Replayed.ChunkAddress;

/** Stores of another format version than this software writes. */
class FormatVersionTest {
    private static final StoreLayout LAYOUT = new StoreLayout(Path.of("/volume/volsnap/pool"));
    private static final Path FIRST = LAYOUT.segment(1);
    private static final Path SECOND = LAYOUT.segment(2);

    private final CrashFiles files = new CrashFiles();

    @BeforeEach
    void writeStore() throws Exception {
        try (FileStore store = open()) {
            store.exceptions().replay(new Replayed());
            preserve(store.exceptions(), 1, 2);
        }
    }

    private static void preserve(ExceptionStore store, long version, long owner) throws Exception {
        store.commit(Samples.version(version, owner)).get();
        store.commitChunk(version, 0, Samples.content(version)).get();
    }

    @Test
    void aStoreOfTheFirstVersionIsReadAndGoesOnInTheNewest() throws Exception {
        setVersion(LAYOUT.header(), 1);
        setVersion(LAYOUT.segmentList(), 1);
        setVersion(FIRST, 1);
        byte[] old = files.get(FIRST);
        try (FileStore store = open()) {
            Replayed replayed = new Replayed();
            store.exceptions().replay(replayed);
            check(store, replayed, 1);
            preserve(store.exceptions(), 2, 2);
        }
        assertThat(files.get(FIRST)).isEqualTo(old);
        assertThat(version(SECOND)).isEqualTo(FormatVersion.MAX);
        assertThat(version(LAYOUT.segmentList())).isEqualTo(FormatVersion.MAX);
        try (FileStore store = open()) {
            Replayed replayed = new Replayed();
            store.exceptions().replay(replayed);
            check(store, replayed, 1);
            check(store, replayed, 2);
        }
    }

    private static void check(FileStore store, Replayed replayed, long version) throws IOException {
        assertThat(replayed.damages).isEmpty();
        assertThat(replayed.lost).isEmpty();
        assertThat(replayed.versions).containsKey(version);
        assertThat(replayed.chunks).containsKey(new ChunkAddress(version, 0));
        assertThat(store.exceptions().read(replayed.location(version, 0))).isEqualTo(Samples.content(version));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, FormatVersion.MAX + 1, 0x7fff})
    void anyOtherVersionIsRefusedWithFileAndByteWhicheverFileHasIt(int version) throws Exception {
        for (Path file : List.of(LAYOUT.header(), LAYOUT.segmentList(), FIRST)) {
            byte[] whole = files.get(file);
            setVersion(file, version);
            assertThatThrownBy(() -> {
                        try (FileStore store = open()) {
                            store.exceptions().replay(new Replayed());
                        }
                    })
                    .isInstanceOf(StoreVersionException.class)
                    .hasMessageContaining(file + " has format version " + version + " at byte 8");
            files.put(file, whole);
        }
    }

    /** With the right checksum. */
    private void setVersion(Path file, int version) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(files.get(file)).order(ByteOrder.LITTLE_ENDIAN);
        if (file.equals(FIRST)) {
            bytes.putShort(LogFormat.SEGMENT_VERSION_OFFSET, (short) version);
            bytes.putInt(LogFormat.SEGMENT_CRC_OFFSET, Checksums.crc(bytes.slice(0, LogFormat.SEGMENT_CRC_OFFSET)));
        } else {
            bytes.putShort(CheckedFileFormat.VERSION_OFFSET, (short) version);
            int body = CheckedFileFormat.BODY_OFFSET;
            bytes.putInt(
                    CheckedFileFormat.CRC_OFFSET,
                    Checksums.crc(
                            bytes.slice(0, CheckedFileFormat.CRC_OFFSET), bytes.slice(body, bytes.limit() - body)));
        }
        files.put(file, bytes.array());
    }

    /** It lies at the same place in all files. */
    private short version(Path file) throws IOException {
        return ByteBuffer.wrap(files.get(file))
                .order(ByteOrder.LITTLE_ENDIAN)
                .getShort(CheckedFileFormat.VERSION_OFFSET);
    }

    private FileStore open() throws IOException {
        return FileStore.open(LAYOUT.directory(), Samples.OPTIONS, files, () -> new UUID(3, 4));
    }
}
