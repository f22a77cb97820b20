/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.volsnap.datanode.ReplicaPair.bytes;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.apache.hadoop.fs.ChecksumException;
import org.apache.hadoop.util.DataChecksum;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.volsnap.model.ChunkContent;
import org.volsnap.model.ChunkGeometry;

class ReplicaFileReaderTest {
    private static final int CHUNK = 4096;
    private static final int SUM = 512;
    private static final int LENGTH = 10_000;

    private final ReplicaFileReader reader = new ReplicaFileReader(ChunkGeometry.ofSize(CHUNK));

    @TempDir
    Path directory;

    @Test
    void aWholeChunkComesWithItsStoredChecksums() throws IOException {
        ReplicaPair pair = ReplicaPair.write(directory, 1, 1000, LENGTH, SUM);

        ChunkContent content = reader.read(pair.files, 1, CHUNK);

        assertThat(bytes(content.data())).isEqualTo(pair.slice(CHUNK, 2 * CHUNK));
        assertThat(bytes(content.checksums())).isEqualTo(pair.sums(CHUNK, 2 * CHUNK));
    }

    @Test
    void theLastChunkEndsWithThePartialChecksum() throws IOException {
        ReplicaPair pair = ReplicaPair.write(directory, 1, 1000, LENGTH, SUM);

        ChunkContent content = reader.read(pair.files, 2, LENGTH - 2 * CHUNK);

        assertThat(bytes(content.data())).isEqualTo(pair.slice(2 * CHUNK, LENGTH));
        assertThat(bytes(content.checksums())).isEqualTo(pair.sums(2 * CHUNK, LENGTH));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 511, 512, 513, 1000, CHUNK - 1})
    void aShorterPieceGetsADerivedChecksum(int length) throws IOException {
        ReplicaPair pair = ReplicaPair.write(directory, 1, 1000, LENGTH, SUM);

        ChunkContent content = reader.read(pair.files, 1, length);

        assertThat(bytes(content.data())).isEqualTo(pair.slice(CHUNK, CHUNK + length));
        assertThat(bytes(content.checksums())).isEqualTo(pair.sums(CHUNK, CHUNK + length));
    }

    @Test
    void rotBehindTheWantedPartOfAChecksumChunkIsFoundBeforeAChecksumIsDerived() throws IOException {
        ReplicaPair pair = ReplicaPair.write(directory, 1, 1000, LENGTH, SUM);
        pair.rot(CHUNK + 500);

        assertThatThrownBy(() -> reader.read(pair.files, 1, 100))
                .isInstanceOf(ChecksumException.class)
                .hasMessageContaining(pair.files.data().toString());
    }

    @Test
    void rotOfAnotherChunkDoesNotMatter() throws IOException {
        ReplicaPair pair = ReplicaPair.write(directory, 1, 1000, LENGTH, SUM);
        pair.rot(CHUNK - 1);

        assertThat(bytes(reader.read(pair.files, 1, CHUNK).data())).isEqualTo(pair.slice(CHUNK, 2 * CHUNK));
    }

    @Test
    void aReplicaThatIsTooShortIsRefused() throws IOException {
        ReplicaPair pair = ReplicaPair.write(directory, 1, 1000, LENGTH, SUM);

        assertThatThrownBy(() -> reader.read(pair.files, 2, CHUNK))
                .isInstanceOf(EOFException.class)
                .hasMessageContaining("has 10000 bytes");
    }

    @Test
    void aMetaFileThatIsTooShortIsRefused() throws IOException {
        ReplicaPair pair = ReplicaPair.write(directory, 1, 1000, LENGTH, SUM);
        Files.write(pair.files.meta(), pair.header());

        assertThatThrownBy(() -> reader.read(pair.files, 0, CHUNK))
                .isInstanceOf(EOFException.class)
                .hasMessageContaining(".meta");
    }

    @Test
    void ofAGrowingReplicaTheChecksumInMemoryCountsForTheLastPiece() throws IOException {
        ReplicaPair pair = ReplicaPair.write(directory, 1, 1000, LENGTH, SUM);
        int acknowledged = 9_000;
        byte[] sums = pair.sums(2 * CHUNK, acknowledged);
        ReplicaEnd end = new ReplicaEnd(acknowledged, java.util.Arrays.copyOfRange(sums, sums.length - 4, sums.length));

        try (OpenReplicaFiles open = OpenReplicaFiles.open(pair.files)) {
            ChunkContent content = reader.read(open, end, 2, acknowledged - 2 * CHUNK);

            assertThat(bytes(content.data())).isEqualTo(pair.slice(2 * CHUNK, acknowledged));
            assertThat(bytes(content.checksums())).isEqualTo(sums);
            assertThatThrownBy(() -> reader.read(open, ReplicaEnd.at(acknowledged), 2, acknowledged - 2 * CHUNK))
                    .as("the one on disk covers more bytes")
                    .isInstanceOf(ChecksumException.class);
        }
    }

    @Test
    void aReplicaWithoutChecksumsHasNone() throws IOException {
        ReplicaPair pair = ReplicaPair.write(directory, 1, 1000, LENGTH, DataChecksum.Type.NULL, SUM);
        pair.rot(0);

        ChunkContent content = reader.read(pair.files, 0, CHUNK);

        assertThat(content.checksums().hasRemaining()).isFalse();
        assertThat(content.data().remaining()).isEqualTo(CHUNK);
    }

    @Test
    void aChecksumChunkThatLiesAcrossChunksIsVerifiedWhole() throws IOException {
        ReplicaPair pair = ReplicaPair.write(directory, 1, 1000, LENGTH, 3_000);

        ChunkContent content = reader.read(pair.files, 1, CHUNK);

        // Pieces are cut at 4096 (the chunk's start), 6000 and 8192 (its end).
        ByteBuffer expected = ByteBuffer.allocate(8);
        expected.put(pair.sums(CHUNK, 6_000)).put(pair.sums(6_000, 2 * CHUNK));
        assertThat(bytes(content.checksums())).isEqualTo(expected.array());
        pair.rot(CHUNK - 1);
        assertThatThrownBy(() -> reader.read(pair.files, 1, CHUNK)).isInstanceOf(ChecksumException.class);
    }

    @Test
    void cuttingAChunkDerivesTheChecksumOfItsEnd() throws IOException {
        ReplicaPair pair = ReplicaPair.write(directory, 1, 1000, LENGTH, SUM);
        ChunkContent content = reader.read(pair.files, 1, CHUNK);

        ChunkContent cut = reader.cut(pair.header(), content, 700);

        assertThat(bytes(cut.data())).isEqualTo(pair.slice(CHUNK, CHUNK + 700));
        assertThat(bytes(cut.checksums())).isEqualTo(pair.sums(CHUNK, CHUNK + 700));
    }

    @Test
    void aChunkThatDoesNotMatchItsChecksumsIsNotCut() throws IOException {
        ReplicaPair pair = ReplicaPair.write(directory, 1, 1000, LENGTH, SUM);
        byte[] rotten = pair.slice(0, CHUNK);
        rotten[5] ^= 4;
        ChunkContent content = new ChunkContent(ByteBuffer.wrap(rotten), ByteBuffer.wrap(pair.sums(0, CHUNK)));

        assertThatThrownBy(() -> reader.cut(pair.header(), content, 700)).isInstanceOf(ChecksumException.class);
    }

    @Test
    void theShapeIsLengthAndHeader() throws IOException {
        ReplicaPair pair = ReplicaPair.write(directory, 1, 1000, LENGTH, SUM);

        assertThat(reader.shapeOf(pair.files).length()).isEqualTo(LENGTH);
        assertThat(reader.shapeOf(pair.files).checksumHeader()).isEqualTo(pair.header());
    }

    @Test
    void aMetaFileWithoutAWholeHeaderIsRefused() throws IOException {
        ReplicaPair pair = ReplicaPair.write(directory, 1, 1000, LENGTH, SUM);
        Files.write(pair.files.meta(), new byte[3], StandardOpenOption.TRUNCATE_EXISTING);

        assertThatThrownBy(() -> ReplicaFileReader.readChecksumHeader(pair.files.meta()))
                .isInstanceOf(EOFException.class);
    }
}
