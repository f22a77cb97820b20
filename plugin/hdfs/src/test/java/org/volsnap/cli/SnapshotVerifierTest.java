/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.times;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

import java.io.IOException;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.volsnap.namenode.rollback.KeptFile;
import org.volsnap.namenode.rollback.KeptFile.KeptBlock;
import org.volsnap.protocol.VolsnapProtocol;
import org.volsnap.protocol.proto.VolsnapProtos.BlockVerdictProto;
import org.volsnap.protocol.proto.VolsnapProtos.StartVerifyResponseProto;
import org.volsnap.protocol.proto.VolsnapProtos.VerifyStatusResponseProto;

class SnapshotVerifierTest {
    private static final int BATCH_BLOCKS = 4;

    private final RecordingConsole printed = new RecordingConsole();
    private final VolsnapProtocol nameNode = mock(VolsnapProtocol.class);
    private final SnapshotVerifier verifier =
            new SnapshotVerifier(nameNode, "nightly", BATCH_BLOCKS, printed.console());

    @BeforeEach
    void acceptTasks() throws IOException {
        when(nameNode.startVerify(any()))
                .thenReturn(StartVerifyResponseProto.newBuilder().setTaskId(1).build());
    }

    @Test
    void asksAgainUntilTheDataNodesHaveAnswered() throws IOException {
        when(nameNode.verifyStatus(any())).thenReturn(notDone(), notDone(), done(good(1)));

        verifier.add(file("/a", block(1)));
        verifier.finish();

        assertThat(verifier.unreadableFiles()).isZero();
        assertThat(printed.out()).isEqualTo("Verified nightly: 1 files, 1 blocks, 0 files not readable\n");
        verify(nameNode, times(3)).verifyStatus(any());
    }

    @Test
    void oneGoodReplicaIsEnough() throws IOException {
        BlockVerdictProto verdict = BlockVerdictProto.newBuilder()
                .setBlockId(1)
                .setGood(1)
                .setBad(2)
                .build();
        when(nameNode.verifyStatus(any())).thenReturn(done(verdict));

        verifier.add(file("/a", block(1)));
        verifier.finish();

        assertThat(verifier.unreadableFiles()).isZero();
    }

    @Test
    void namesFilesWithABlockThatNobodyHasOrThatIsBadEverywhere() throws IOException {
        BlockVerdictProto bad = BlockVerdictProto.newBuilder()
                .setBlockId(3)
                .setGood(0)
                .setBad(2)
                .setReason("checksum error at 512")
                .build();
        when(nameNode.verifyStatus(any())).thenReturn(done(good(1), none(2), bad));

        verifier.add(file("/gone", block(1), block(2)));
        verifier.add(file("/rotten", block(3)));
        verifier.finish();

        assertThat(verifier.unreadableFiles()).isEqualTo(2);
        assertThat(printed.out())
                .contains("/gone: blk_2_1001 is on no DataNode\n")
                .contains("/rotten: blk_3_1001 is bad on 2 DataNodes: checksum error at 512\n")
                .endsWith("Verified nightly: 2 files, 3 blocks, 2 files not readable\n");
    }

    @Test
    void aBlockThatWasAllocatedAndNotYetWrittenIsNoLoss() throws IOException {
        when(nameNode.verifyStatus(any())).thenReturn(done(none(1)));

        verifier.add(new KeptFile("/open", 0, true, List.of(new KeptBlock(1, 1001, 0, true, 3, 1, 1))));
        verifier.finish();

        assertThat(verifier.unreadableFiles()).isZero();
    }

    @Test
    void aStripedGroupIsReadableWithAsManyInternalBlocksAsItNeeds() throws IOException {
        when(nameNode.verifyStatus(any())).thenReturn(done(good(-16), none(-15), good(-14)));

        verifier.add(new KeptFile("/striped", 100, false, group(2)));
        verifier.finish();

        assertThat(verifier.unreadableFiles()).isZero();
    }

    @Test
    void aStripedGroupWithTooFewInternalBlocksIsNot() throws IOException {
        when(nameNode.verifyStatus(any())).thenReturn(done(good(-16), none(-15), none(-14)));

        verifier.add(new KeptFile("/striped", 100, false, group(2)));
        verifier.finish();

        assertThat(printed.out()).contains("/striped: blk_-15_1001 is on no DataNode");
    }

    @Test
    void sendsABatchAsSoonAsItIsFull() throws IOException {
        when(nameNode.verifyStatus(any())).thenReturn(done(good(1), good(2), good(3), good(4)), done(good(1)));

        verifier.add(file("/a", block(1), block(2)));
        verifier.add(file("/b", block(3), block(4)));
        verify(nameNode, times(1)).startVerify(any());
        verifier.add(file("/c", block(1)));
        verifier.finish();

        verify(nameNode, times(2)).startVerify(any());
        assertThat(printed.out()).contains("3 files, 5 blocks");
    }

    @Test
    void asksInSeveralPartsAboutAFileWithMoreBlocksThanABatch() throws IOException {
        when(nameNode.verifyStatus(any())).thenReturn(done(good(1), good(2), good(3), good(4)), done(none(5)));

        verifier.add(file("/long", block(1), block(2), block(3), block(4), block(5)));
        verifier.finish();

        verify(nameNode, times(2)).startVerify(any());
        assertThat(printed.out()).contains("/long: blk_5_1001 is on no DataNode");
    }

    @Test
    void asksNobodyAboutFilesWithoutBlocks() throws IOException {
        verifier.add(file("/empty"));
        verifier.finish();

        verify(nameNode, times(0)).startVerify(any());
        assertThat(printed.out()).contains("1 files, 0 blocks, 0 files not readable");
    }

    private static KeptFile file(String path, KeptBlock... blocks) {
        return new KeptFile(path, 10L * blocks.length, false, List.of(blocks));
    }

    private static KeptBlock block(long id) {
        return new KeptBlock(id, 1001, 10, false, 3, id, 1);
    }

    private static List<KeptBlock> group(int needed) {
        return LongStream.rangeClosed(-16, -14)
                .mapToObj(id -> new KeptBlock(id, 1001, 50, false, 1, -16, needed))
                .toList();
    }

    private static BlockVerdictProto good(long id) {
        return BlockVerdictProto.newBuilder()
                .setBlockId(id)
                .setGood(3)
                .setBad(0)
                .build();
    }

    private static BlockVerdictProto none(long id) {
        return BlockVerdictProto.newBuilder()
                .setBlockId(id)
                .setGood(0)
                .setBad(0)
                .build();
    }

    private static VerifyStatusResponseProto notDone() {
        return VerifyStatusResponseProto.newBuilder()
                .setDone(false)
                .setAnswered(1)
                .setAsked(3)
                .build();
    }

    private static VerifyStatusResponseProto done(BlockVerdictProto... verdicts) {
        return VerifyStatusResponseProto.newBuilder()
                .setDone(true)
                .setAnswered(3)
                .setAsked(3)
                .addAllVerdicts(List.of(verdicts))
                .build();
    }
}
