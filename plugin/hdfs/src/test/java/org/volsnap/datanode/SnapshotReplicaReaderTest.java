/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.apache.hadoop.fs.ChecksumException;
import org.apache.hadoop.hdfs.server.datanode.fsdataset.LengthInputStream;
import org.apache.hadoop.util.DataChecksum;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.volsnap.engine.VersionView;
import org.volsnap.model.BlockKey;
import org.volsnap.model.ChunkContent;
import org.volsnap.model.ChunkGeometry;
import org.volsnap.model.ReadMemory;
import org.volsnap.model.VersionState;

class SnapshotReplicaReaderTest {
    private static final ChunkGeometry GEOMETRY = ChunkGeometry.ofSize(4096);

    @TempDir
    Path directory;

    @ParameterizedTest
    @CsvSource({"0,512", "1,512", "4096,512", "10000,512", "12288,4096", "10000,3000", "10000,9000", "10000,100000"})
    void dataAndMetaAreThoseOfT(int length, int bytesPerChecksum) throws IOException {
        ReplicaPair pair = ReplicaPair.write(directory, 1, 1000, length, bytesPerChecksum);
        SnapshotReplicaReader reader = new SnapshotReplicaReader(new PairView(pair), GEOMETRY);

        try (InputStream data = reader.data(0);
                LengthInputStream meta = reader.meta()) {
            assertThat(data.readAllBytes()).isEqualTo(pair.bytes);
            assertThat(meta.getLength()).isEqualTo(pair.metaFile().length);
            assertThat(meta.readAllBytes()).isEqualTo(pair.metaFile());
        }
        reader.verify();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 4095, 4096, 4097, 9999, 10000})
    void dataBeginsAtTheOffset(int offset) throws IOException {
        ReplicaPair pair = ReplicaPair.write(directory, 1, 1000, 10_000, 512);
        SnapshotReplicaReader reader = new SnapshotReplicaReader(new PairView(pair), GEOMETRY);

        try (InputStream data = reader.data(offset)) {
            assertThat(data.readAllBytes()).isEqualTo(pair.slice(offset, 10_000));
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 3, 7, 9, 39, 40})
    void skippingInTheMetaFileIsExact(long count) throws IOException {
        ReplicaPair pair = ReplicaPair.write(directory, 1, 1000, 10_000, 512);
        SnapshotReplicaReader reader = new SnapshotReplicaReader(new PairView(pair), GEOMETRY);
        byte[] expected = pair.metaFile();

        try (InputStream meta = reader.meta()) {
            assertThat(meta.read()).isEqualTo(expected[0]);
            meta.skipNBytes(count);
            assertThat(meta.readAllBytes())
                    .isEqualTo(java.util.Arrays.copyOfRange(expected, (int) count + 1, expected.length));
            assertThat(meta.read()).isEqualTo(-1);
        }
    }

    @Test
    void noStreamIsAFileStream() throws IOException {
        ReplicaPair pair = ReplicaPair.write(directory, 1, 1000, 10_000, 512);
        SnapshotReplicaReader reader = new SnapshotReplicaReader(new PairView(pair), GEOMETRY);

        assertThat(reader.data(0)).isNotInstanceOf(FileInputStream.class);
        assertThat(reader.meta().getWrappedStream()).isNotInstanceOf(FileInputStream.class);
    }

    @Test
    void dataAndMetaReadInTurnsFetchEachChunkOnce() throws IOException {
        ReplicaPair pair = ReplicaPair.write(directory, 1, 1000, 10_000, 512);
        PairView view = new PairView(pair);
        SnapshotReplicaReader reader = new SnapshotReplicaReader(view, GEOMETRY);

        try (InputStream data = reader.data(0);
                InputStream meta = reader.meta()) {
            meta.skipNBytes(7);
            for (int sum = 0; sum < 20; sum++) {
                data.readNBytes(512);
                meta.readNBytes(4);
            }
        }

        assertThat(view.reads).isEqualTo(3);
    }

    @Test
    void aReplicaWithoutChecksumsHasAMetaFileOfOnlyAHeader() throws IOException {
        ReplicaPair pair = ReplicaPair.write(directory, 1, 1000, 5_000, DataChecksum.Type.NULL, 512);
        SnapshotReplicaReader reader = new SnapshotReplicaReader(new PairView(pair), GEOMETRY);

        try (InputStream meta = reader.meta()) {
            assertThat(meta.readAllBytes()).isEqualTo(pair.header());
        }
        reader.verify();
    }

    @Test
    void verifyEndsReadsTheFirstChunkAndTheLast() throws IOException {
        PairView view = new PairView(ReplicaPair.write(directory, 1, 1000, 10_000, 512));

        new SnapshotReplicaReader(view, GEOMETRY).verifyEnds();

        assertThat(view.reads).isEqualTo(2);
    }

    @Test
    void verifyEndsReadsTheOnlyChunkOnce() throws IOException {
        PairView view = new PairView(ReplicaPair.write(directory, 1, 1000, 100, 512));

        new SnapshotReplicaReader(view, GEOMETRY).verifyEnds();

        assertThat(view.reads).isEqualTo(1);
    }

    @Test
    void verifyNamesABadChecksumAndItsBlock() throws IOException {
        ReplicaPair pair = ReplicaPair.write(directory, 1, 1000, 10_000, 512);
        SnapshotReplicaReader reader = new SnapshotReplicaReader(
                new PairView(pair) {
                    @Override
                    public ChunkContent read(long chunk, ReadMemory memory) throws IOException {
                        ChunkContent good = super.read(chunk, memory);
                        byte[] data = ReplicaPair.bytes(good.data());
                        data[chunk == 2 ? 600 : 0] ^= chunk == 2 ? 1 : 0;
                        return new ChunkContent(ByteBuffer.wrap(data), good.checksums());
                    }
                },
                GEOMETRY);

        assertThatThrownBy(reader::verify)
                .isInstanceOf(ChecksumException.class)
                .hasMessageContaining("pool:blk_1_1000")
                .hasMessageContaining("8704");
    }

    @Test
    void verifyNamesAChunkOfTheWrongLength() throws IOException {
        ReplicaPair pair = ReplicaPair.write(directory, 1, 1000, 10_000, 512);
        SnapshotReplicaReader reader = new SnapshotReplicaReader(
                new PairView(pair) {
                    @Override
                    public ChunkContent read(long chunk, ReadMemory memory) throws IOException {
                        return super.read(0, memory);
                    }
                },
                GEOMETRY);

        assertThatThrownBy(reader::verify)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("chunk 2 has 4096 bytes");
    }

    /** A version that is just what lies in two files. */
    private static class PairView implements VersionView {
        private final ReplicaPair pair;
        private final ReplicaFileReader files = new ReplicaFileReader(GEOMETRY);
        int reads;

        PairView(ReplicaPair pair) {
            this.pair = pair;
        }

        @Override
        public BlockKey key() {
            return new BlockKey("pool", pair.blockId, pair.stamp);
        }

        @Override
        public long length() {
            return pair.bytes.length;
        }

        @Override
        public VersionState state() {
            return VersionState.FINALIZED;
        }

        @Override
        public byte[] checksumHeader() {
            try {
                return pair.header();
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }

        @Override
        public ChunkContent read(long chunk, ReadMemory memory) throws IOException {
            reads++;
            return files.read(pair.files, chunk, GEOMETRY.lengthOf(chunk, length()));
        }
    }
}
