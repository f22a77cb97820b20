/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.volsnap.datanode.registry.Registries.POOL;
import static org.volsnap.datanode.registry.Registries.snapshot;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.volsnap.datanode.PoolVolume;
import org.volsnap.engine.VolumeStore;
import org.volsnap.model.ChunkGeometry;
import org.volsnap.model.SnapshotId;
import org.volsnap.model.StampFence;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotStateProto;
import org.volsnap.store.file.FileStore;
import org.volsnap.store.file.FileStoreOptions;

class FollowerStateTest {
    private static final SnapshotId ONE = SnapshotId.ofRegistry(1);
    private static final SnapshotId PROVISIONAL = SnapshotId.provisionalAfter(1);

    @TempDir
    Path root;

    private final List<FileStore> stores = new ArrayList<>();
    private PoolVolume first;
    private PoolVolume second;

    @BeforeEach
    void open() throws IOException {
        first = volume("first");
        second = volume("second");
    }

    @AfterEach
    void close() throws IOException {
        for (FileStore store : stores) {
            store.close();
        }
    }

    private PoolVolume volume(String name) throws IOException {
        Path directory = root.resolve(name);
        FileStoreOptions options =
                FileStoreOptions.of(POOL, Map.of(), ChunkGeometry.ofSize(4096)).withReserveBytes(0);
        FileStore store = FileStore.open(directory.resolve("volsnap").resolve(POOL), options);
        stores.add(store);
        return new PoolVolume(directory, new VolumeStore(store.exceptions(), store.replicas()));
    }

    private static FollowerState load(PoolVolume... volumes) {
        FollowerState state = new FollowerState(POOL, "uuid-1");
        state.load(List.of(volumes));
        return state;
    }

    private FollowerState saved() {
        FollowerState state = load(first, second);
        state.setRegistry(Registries.of(5, snapshot(1, SnapshotStateProto.ACTIVE)));
        state.put(ONE, new FollowerState.Entry(StampFence.at(1000), true));
        state.put(PROVISIONAL, new FollowerState.Entry(StampFence.OPEN, false));
        state.save();
        return state;
    }

    @Test
    void theHighestGenerationStampIsOfWhatWasSaidAndOfTheRegistry() {
        FollowerState state = saved();
        assertThat(state.highestStamp()).isEqualTo(1000);
        state.sawStamp(1500);
        state.sawStamp(1400);
        state.save();
        assertThat(load(second).highestStamp()).isEqualTo(1500);
    }

    @Test
    void everyStorageVolumeHasAll() {
        saved();
        for (PoolVolume volume : List.of(first, second)) {
            FollowerState state = load(volume);
            assertThat(state.registry().getVersion()).isEqualTo(5);
            assertThat(state.entry(ONE)).contains(new FollowerState.Entry(StampFence.at(1000), true));
            assertThat(state.provisional()).contains(PROVISIONAL);
        }
    }

    @Test
    void theHighestVersionOfAllStorageVolumesCounts() {
        saved();
        FollowerState alone = load(second);
        alone.setRegistry(Registries.of(7));
        alone.save();
        assertThat(load(first, second).registry().getVersion()).isEqualTo(7);
        assertThat(load(second, first).registry().getVersion()).isEqualTo(7);
    }

    @Test
    void chainsOfAllStorageVolumesAreOneAndNoFenceIsForgotten() {
        saved();
        FollowerState alone = load(second);
        alone.put(ONE, new FollowerState.Entry(StampFence.OPEN, false));
        alone.put(SnapshotId.ofRegistry(2), new FollowerState.Entry(StampFence.OPEN, false));
        alone.save();
        FollowerState both = load(first, second);
        assertThat(both.chain()).containsOnlyKeys(ONE, PROVISIONAL, SnapshotId.ofRegistry(2));
        assertThat(both.entry(ONE)).contains(new FollowerState.Entry(StampFence.at(1000), true));
    }

    @Test
    void appliedEpochsArePerStorageVolumeAndTheLeastCounts() throws IOException {
        FollowerState state = saved();
        state.setRegistry(Registries.epoch(Registries.of(6), 1, 1, 9_000));
        state.setAppliedEpoch(first, 1);
        assertThat(state.appliedEpoch()).isZero();
        assertThat(state.unappliedEpochs()).hasSize(1);
        assertThat(state.behind(state.unappliedEpochs().get(0))).containsExactly(second);
        state.setAppliedEpoch(second, 1);
        assertThat(state.unappliedEpochs()).isEmpty();
        assertThat(load(first, second).appliedEpoch()).isEqualTo(1);
    }

    @Test
    void aStorageVolumeThatComesBackIsReadAnewAndNothingIsKeptOnItMeanwhile() throws IOException {
        FollowerState state = saved();
        state.setRegistry(Registries.epoch(Registries.of(6), 1, 1, 9_000));
        state.setAppliedEpoch(first, 1);
        state.setAppliedEpoch(second, 1);
        state.retain(List.of(first));
        state.setRegistry(Registries.epoch(state.registry(), 2, 1, 19_000));
        state.setAppliedEpoch(first, 2);
        assertThat(state.unappliedEpochs()).isEmpty();
        state.save();
        assertThat(load(second).appliedEpoch()).isEqualTo(1);
        state.load(List.of(first, second));
        assertThat(state.behind(state.unappliedEpochs().get(0))).containsExactly(second);
    }

    @Test
    void aNewStorageVolumeRemembersThatOlderEpochsAreNotItsOwn() throws IOException {
        FollowerState state = saved();
        state.setRegistry(Registries.epoch(Registries.of(6), 1, 1, 9_000));
        state.setAppliedEpoch(first, 1);
        state.setAppliedEpoch(second, 1);
        PoolVolume added = volume("added");
        state.load(List.of(first, second, added));
        assertThat(state.unappliedEpochs()).isEmpty();
        Files.createDirectories(added.current(POOL).resolve("finalized").resolve("subdir0"));
        assertThat(load(added).appliedEpoch()).isEqualTo(1);
    }

    @Test
    void aDamagedFileIsNamedCountsAsASnapshotAndItsEpochsAreAppliedAgain() throws IOException {
        FollowerState state = saved();
        state.setAppliedEpoch(first, 1);
        state.setAppliedEpoch(second, 1);
        Files.write(first.volsnap(POOL).resolve(StateFile.NAME), new byte[] {1, 2, 3});
        FollowerState again = load(first, second);
        assertThat(again.appliedEpoch()).isZero();
        assertThat(again.registry().getVersion()).isEqualTo(5);
        assertThat(again.damage())
                .hasValueSatisfying(
                        damage -> assertThat(damage).contains(first.root().toString()));
        assertThat(load(volumeWithDamageOnly()).knowsSnapshots()).isTrue();
    }

    private PoolVolume volumeWithDamageOnly() throws IOException {
        PoolVolume volume = volume("damaged");
        Files.write(volume.volsnap(POOL).resolve(StateFile.NAME), new byte[] {1, 2, 3});
        return volume;
    }

    @Test
    void aVolumeThatCantBeWrittenIsNamedUntilItCan() throws IOException {
        FollowerState state = saved();
        Path inTheWay = Files.createDirectory(second.volsnap(POOL).resolve(StateFile.NAME + ".tmp"));
        state.save();
        assertThat(state.damage())
                .hasValueSatisfying(
                        damage -> assertThat(damage).contains(second.root().toString()));
        Files.delete(inTheWay);
        state.save();
        assertThat(state.damage()).isEmpty();
    }

    @Test
    void anEmptyChainAndRegistryKnowNoSnapshot() {
        assertThat(load(first, second).knowsSnapshots()).isFalse();
        assertThat(saved().knowsSnapshots()).isTrue();
    }
}
