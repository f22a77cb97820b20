/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.volsnap.datanode.registry.Registries.POOL;
import static org.volsnap.datanode.registry.Registries.snapshot;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.volsnap.datanode.rollback.OpenBlocks;
import org.volsnap.datanode.rollback.RollbackEpoch;
import org.volsnap.model.StampFence;
import org.volsnap.model.StampRange;
import org.volsnap.protocol.proto.VolsnapProtos.OpenBlocksProto;
import org.volsnap.protocol.proto.VolsnapProtos.RegistryProto;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotStateProto;

class RegistryRulesTest {
    @Test
    void theSameAndANewerVersionAreBelieved() {
        RegistryProto known = Registries.of(5);
        assertThat(RegistryRules.whyOlder(known, Registries.of(5))).isEmpty();
        assertThat(RegistryRules.whyOlder(known, Registries.of(6))).isEmpty();
        assertThat(RegistryRules.whyOlder(RegistryRules.empty(POOL), known)).isEmpty();
    }

    @Test
    void anOlderVersionIsNot() {
        assertThat(RegistryRules.whyOlder(Registries.of(5), Registries.of(4)))
                .hasValueSatisfying(reason -> assertThat(reason).contains("version 4", "seen 5"));
    }

    @Test
    void theHighestStampIsThatOfASnapshotOrOfARollback() {
        RegistryProto registry =
                Registries.of(5, snapshot(1, SnapshotStateProto.ACTIVE), snapshot(2, SnapshotStateProto.CREATING));
        assertThat(RegistryRules.highestStamp(Registries.of(5))).isZero();
        assertThat(RegistryRules.highestStamp(registry)).isEqualTo(1000);
        assertThat(RegistryRules.highestStamp(Registries.epoch(registry, 1, 1, 9_000)))
                .isEqualTo(8_999);
    }

    @Test
    void anotherBlockPoolIsNotHoweverNew() {
        RegistryProto foreign =
                Registries.of(99).toBuilder().setBlockPoolId("BP-2").build();
        assertThat(RegistryRules.whyForeign(Registries.of(5), foreign))
                .hasValueSatisfying(reason -> assertThat(reason).contains("BP-2", "BP-1"));
    }

    @Test
    void absenceIsNotDeletion() {
        RegistryProto registry = Registries.of(5, snapshot(4, SnapshotStateProto.ACTIVE));
        assertThat(RegistryRules.isDeleted(registry, 3)).isFalse();
        assertThat(RegistryRules.isDeleted(registry, 4)).isFalse();
    }

    @Test
    void aRecordOfDeletionNamesBothEndsOfItsRange() {
        RegistryProto registry = Registries.deleted(Registries.of(5), 2, 4);
        assertThat(RegistryRules.isDeleted(registry, 1)).isFalse();
        assertThat(RegistryRules.isDeleted(registry, 2)).isTrue();
        assertThat(RegistryRules.isDeleted(registry, 3)).isTrue();
        assertThat(RegistryRules.isDeleted(registry, 4)).isTrue();
        assertThat(RegistryRules.isDeleted(registry, 5)).isFalse();
    }

    @Test
    void aSnapshotThatIsBeingDeletedIsDeletedHere() {
        RegistryProto registry = Registries.of(5, snapshot(4, SnapshotStateProto.DELETING));
        assertThat(RegistryRules.isDeleted(registry, 4)).isTrue();
    }

    @Test
    void anEpochSaysWhetherThisDataNodeWasLeftOutOfItsTarget() {
        RegistryProto registry = Registries.epoch(Registries.of(5), 1, 3, 9_000);
        RegistryProto leftOut = registry.toBuilder()
                .setEpochs(0, registry.getEpochs(0).toBuilder().addLeftOutDatanodes("uuid-1"))
                .build();
        assertThat(RegistryRules.epochs(registry, "uuid-1").get(0).leftOut()).isFalse();
        assertThat(RegistryRules.epochs(leftOut, "uuid-1").get(0).leftOut()).isTrue();
        assertThat(RegistryRules.epochs(leftOut, "uuid-2").get(0).leftOut()).isFalse();
    }

    @Test
    void epochsComeInTheirOrder() {
        RegistryProto registry = Registries.epoch(Registries.epoch(Registries.of(5), 2, 3, 9_000), 1, 1, 5_000);
        assertThat(RegistryRules.epochs(registry, "uuid-1"))
                .extracting(RollbackEpoch::number)
                .containsExactly(1L, 2L);
        assertThat(RegistryRules.lastEpoch(registry)).isEqualTo(2);
        assertThat(RegistryRules.lastEpoch(Registries.of(5))).isZero();
    }

    @Test
    void openBlocksCountForTheRollbackTheyAreSaidOf() {
        RollbackEpoch epoch = RegistryRules.epochs(Registries.epoch(Registries.of(5), 2, 1, 9_000), "uuid-1")
                .get(0);
        OpenBlocksProto.Builder said = OpenBlocksProto.newBuilder()
                .addBlockIds(-16)
                .addStamps(900)
                .addBlockIds(7)
                .addStamps(901);

        assertThat(RegistryRules.openBlocks(said.setEpoch(2).build(), epoch).stamps())
                .containsExactly(Map.entry(-16L, 900L), Map.entry(7L, 901L));
        assertThat(RegistryRules.openBlocks(said.setEpoch(1).build(), epoch)).isEqualTo(OpenBlocks.NONE);
    }

    @Test
    void aFenceSurvivesTheWire() {
        StampFence fence =
                new StampFence(5000, 1200, 2000, List.of(new StampRange(2100, 2200), new StampRange(3000, 3000)));
        assertThat(RegistryRules.fence(RegistryRules.proto(fence))).isEqualTo(fence);
    }
}
