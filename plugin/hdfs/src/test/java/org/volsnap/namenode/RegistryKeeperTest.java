/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.hadoop.hdfs.server.namenode.VolsnapNameNodeBridge;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.volsnap.protocol.RefusedException;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotProto;

class RegistryKeeperTest {
    private static final String POOL = "BP-1";

    private final AtomicReference<byte @Nullable []> attribute = new AtomicReference<>();
    private final VolsnapNameNodeBridge nameNode = mock(VolsnapNameNodeBridge.class);

    /** What the NameNode had written before it was lost. */
    private final Registry known = Registry.empty(POOL).create(snapshot("one"));

    @BeforeEach
    void aNameNodeThatHasLostItsRegistry() throws IOException {
        when(nameNode.blockPoolId()).thenReturn(POOL);
        when(nameNode.attributesEnabled()).thenReturn(true);
        when(nameNode.attributeSizeLimit()).thenReturn(16_384);
        when(nameNode.rootAttribute(any())).thenAnswer(call -> attribute.get());
        when(nameNode.exclusively(any(), any()))
                .thenAnswer(call ->
                        call.<VolsnapNameNodeBridge.Locked<?>>getArgument(1).call());
        doAnswer(call -> {
                    attribute.set(call.getArgument(1));
                    return null;
                })
                .when(nameNode)
                .setRootAttribute(any(), any());
    }

    private static SnapshotProto snapshot(String name) {
        return SnapshotProto.newBuilder()
                .setId(0)
                .setName(name)
                .setState(SnapshotState.CREATING.toProto())
                .setCreatedMillis(0)
                .build();
    }

    @Test
    void theDataNodeWithTheNewestRegistryIsNamedAndHasToTellIt() throws IOException {
        RegistryKeeper keeper = new RegistryKeeper(nameNode);
        Registry newer = known.create(snapshot("two"));
        assertThat(keeper.seen(newer.version(), "b:9866")).isTrue();
        assertThat(keeper.seen(known.version(), "a:9866")).isTrue();
        keeper.told(known.toProto());

        assertThat(keeper.problem().orElseThrow()).contains("version 0, DataNode b:9866 has seen 2");
        assertThatThrownBy(keeper::restore)
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("DataNode b:9866 has seen 2")
                .hasMessageContaining("start it, or restart the NameNode to do without it");

        keeper.told(newer.toProto());
        assertThat(keeper.restore().snapshots()).isEqualTo(newer.snapshots());
    }

    @Test
    void aDataNodeThatComesBackLaterWithANewerOneIsNoProblem() throws IOException {
        RegistryKeeper keeper = new RegistryKeeper(nameNode);
        keeper.seen(known.version(), "a:9866");
        keeper.told(known.toProto());
        keeper.restore();
        Registry late = known.create(snapshot("late"));

        assertThat(keeper.seen(late.version(), "b:9866")).isFalse();

        assertThat(keeper.problem()).isEmpty();
        Registry next = keeper.update(current -> current.create(snapshot("next")));
        assertThat(next.find("next").orElseThrow().getId())
                .isGreaterThan(late.find("late").orElseThrow().getId());
    }

    @Test
    void aRegistryOfAnotherBlockPoolIsNoRegistry() throws IOException {
        attribute.set(Registry.empty("BP-2").create(snapshot("foreign")).toBytes());
        RegistryKeeper keeper = new RegistryKeeper(nameNode);

        assertThat(keeper.problem().orElseThrow()).contains("is of block pool BP-2, this is BP-1");
        assertThat(keeper.current().snapshots()).isEmpty();
        assertThatThrownBy(() -> RegistryXAttr.decode(attribute.get(), POOL))
                .isInstanceOf(RegistryDamagedException.class);
    }
}
