/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import java.io.IOException;
import java.util.Map;
import org.apache.hadoop.hdfs.server.namenode.VolsnapNameNodeBridge;
import org.junit.jupiter.api.Test;
import org.volsnap.protocol.RefusedException;
import org.volsnap.protocol.proto.VolsnapProtos.FenceProto;
import org.volsnap.protocol.proto.VolsnapProtos.RegistryProto;
import org.volsnap.protocol.proto.VolsnapProtos.RollbackEpochProto;

class RestoredOpenBlocksTest {
    private final VolsnapNameNodeBridge nameNode = mock(VolsnapNameNodeBridge.class);
    private final RestoredOpenBlocks open = new RestoredOpenBlocks(nameNode);

    @Test
    void aDataNodeThatIsBehindLearnsWhatIsOpen() throws IOException {
        when(nameNode.openBlocks()).thenReturn(Map.of(7L, 1_007L, 9L, 1_009L));
        open.note(2);

        assertThat(open.after(1, registry(2, false)).orElseThrow().getBlockIdsList())
                .containsExactlyInAnyOrder(7L, 9L);
        assertThat(open.after(0, registry(2, true))).as("a late one").isPresent();
        assertThat(open.after(2, registry(2, false))).isEmpty();
    }

    @Test
    void itIsHeldUpUntilThatIsKnown() throws IOException {
        assertThatThrownBy(() -> open.after(1, registry(2, false))).isInstanceOf(RefusedException.class);

        open.note(1);
        assertThatThrownBy(() -> open.after(1, registry(2, false)))
                .as("of an earlier rollback")
                .isInstanceOf(RefusedException.class);
    }

    @Test
    void nothingIsSaidOfARollbackThatIsOver() throws IOException {
        assertThat(open.after(1, registry(2, true))).isEmpty();
        assertThat(open.after(0, registry(registryProto()))).isEmpty();
    }

    private static Registry registry(long epoch, boolean finished) throws IOException {
        return registry(registryProto()
                .addEpochs(RollbackEpochProto.newBuilder()
                        .setNumber(epoch)
                        .setSnapshotId(1)
                        .setFence(FenceProto.newBuilder()
                                .setStamp(1)
                                .setLegacyStamp(0)
                                .setLegacyLimit(0))
                        .setNewStamp(10)
                        .setCommittedMillis(1)
                        .setFinished(finished)));
    }

    private static Registry registry(RegistryProto.Builder proto) throws IOException {
        return Registry.parse(proto.build().toByteArray());
    }

    private static RegistryProto.Builder registryProto() {
        return RegistryProto.newBuilder().setVersion(1).setBlockPoolId("BP-1").setNextSnapshotId(2);
    }
}
