/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.apache.hadoop.util.DataChecksum;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.volsnap.datanode.SnapshotReplicaReader;
import org.volsnap.engine.VersionView;
import org.volsnap.model.BlockKey;
import org.volsnap.model.ChunkContent;
import org.volsnap.model.ReadMemory;
import org.volsnap.model.SnapshotId;
import org.volsnap.model.VersionState;
import org.volsnap.protocol.proto.VolsnapProtos.BlockRefProto;
import org.volsnap.protocol.proto.VolsnapProtos.BlockResultProto;
import org.volsnap.store.VersionLostException;

class BlockVerifierTest {
    private static final SnapshotId SNAPSHOT = SnapshotId.ofRegistry(1);
    private static final int LENGTH = 700;

    private final FakePool pool = new FakePool();
    private final View view = new View();

    /** One chunk of zeros. */
    private static final class View implements VersionView {
        private final DataChecksum checksum = DataChecksum.newDataChecksum(DataChecksum.Type.CRC32C, 512);
        VersionState state = VersionState.FINALIZED;
        byte[] bytes = new byte[LENGTH];

        @Nullable
        IOException failure;

        @Override
        public BlockKey key() {
            return new BlockKey(Registries.POOL, 5, 900);
        }

        @Override
        public long length() {
            return LENGTH;
        }

        @Override
        public VersionState state() {
            return state;
        }

        @Override
        public byte[] checksumHeader() {
            byte[] header = new byte[7];
            header[1] = 1;
            System.arraycopy(checksum.getHeader(), 0, header, 2, 5);
            return header;
        }

        @Override
        public ChunkContent read(long chunk, ReadMemory memory) throws IOException {
            if (failure != null) {
                throw failure;
            }
            ByteBuffer sums = ByteBuffer.allocate(checksum.getChecksumSize(LENGTH));
            checksum.calculateChunkedSums(ByteBuffer.wrap(new byte[LENGTH]), sums);
            return new ChunkContent(ByteBuffer.wrap(bytes), sums.rewind());
        }
    }

    private BlockResultProto verify(long length) {
        return verify(length, false);
    }

    private BlockResultProto verify(long length, boolean presenceOnly) {
        return new BlockVerifier(pool)
                .verify(
                        SNAPSHOT,
                        BlockRefProto.newBuilder()
                                .setBlockId(5)
                                .setStamp(900)
                                .setLength(length)
                                .build(),
                        presenceOnly);
    }

    private void present() {
        pool.replica = new SnapshotReplicaReader(view, pool.geometry());
    }

    @Test
    void whatIsNotHereIsNotBad() {
        BlockResultProto result = verify(LENGTH);
        assertThat(result.getBlockId()).isEqualTo(5);
        assertThat(result.getStamp()).isEqualTo(900);
        assertThat(result.getResult()).isEqualTo(BlockVerifier.NOT_HERE);
    }

    @Test
    void whatMatchesItsChecksumsIsGood() {
        present();
        assertThat(verify(LENGTH).getResult()).isEqualTo(BlockVerifier.GOOD);
    }

    @Test
    void oneWrongBitIsBad() {
        present();
        view.bytes[699] = 1;
        assertThat(verify(LENGTH).getResult()).isEqualTo(BlockVerifier.BAD);
    }

    @Test
    void whatIsLostIsBadAndSaysWhy() {
        present();
        view.failure = new VersionLostException("the base is gone");
        BlockResultProto result = verify(LENGTH);
        assertThat(result.getResult()).isEqualTo(BlockVerifier.BAD);
        assertThat(result.getReason()).isEqualTo("the base is gone");
    }

    @Test
    void whatIsPresentCanBeRead() {
        present();
        assertThat(verify(LENGTH, true).getResult()).isEqualTo(BlockVerifier.GOOD);
        view.failure = new VersionLostException("the base is gone");
        assertThat(verify(LENGTH, true).getResult()).isEqualTo(BlockVerifier.BAD);
        assertThat(verify(LENGTH - 1, true).getResult()).isEqualTo(BlockVerifier.BAD);
    }

    @Test
    void anotherLengthThanTheNamespaceSaysIsBad() {
        present();
        assertThat(verify(LENGTH - 1).getResult()).isEqualTo(BlockVerifier.BAD);
        assertThat(verify(LENGTH + 1).getReason()).contains("has 700 bytes, the namespace says 701");
    }

    @Test
    void aBlockOpenAtTMayBeLongerThanTheNamespaceKnew() {
        present();
        view.state = VersionState.OPEN;
        assertThat(verify(0).getResult()).isEqualTo(BlockVerifier.GOOD);
        assertThat(verify(LENGTH + 1).getResult()).isEqualTo(BlockVerifier.BAD);
    }

    @Test
    void soMayAFinalizedReplicaOfABlockThatTheNamespaceSaysIsOpen() {
        present();
        var open = BlockRefProto.newBuilder()
                .setBlockId(5)
                .setStamp(900)
                .setLength(0)
                .setUnderConstruction(true)
                .build();
        assertThat(new BlockVerifier(pool).verify(SNAPSHOT, open, false).getResult())
                .isEqualTo(BlockVerifier.GOOD);
    }
}
