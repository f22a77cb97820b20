/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.file;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.volsnap.model.BlockKey;
import org.volsnap.model.ReplicaFiles;
import org.volsnap.model.SnapshotId;
import org.volsnap.store.WholeReplica;
import org.volsnap.store.WholeReplicaStore;

/** Cuts the power before every step of links, moves and removals: what was forced is in one of its places, whole. */
class LinkCrashTest {
    private static final Path DIRECTORY = Path.of("/volume/volsnap/pool");
    private static final Path LIVE = Path.of("/volume/current/finalized");
    private static final SnapshotId OLD = new SnapshotId(2);
    private static final SnapshotId NEW = new SnapshotId(4);
    private static final int REPLICAS = 6;

    /** Where each replica must be; one that is on its way may be in either place. */
    private static final class Model {
        final Map<BlockKey, Set<String>> places = new HashMap<>();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5})
    void whatWasForcedIsThereAfterAPowerCutBeforeEveryStep(long seed) throws IOException {
        boolean crashed = true;
        for (long step = 1; crashed; step++) {
            CrashFiles files = new CrashFiles();
            for (int id = 0; id < REPLICAS; id++) {
                ReplicaFiles live = live(key(id));
                files.put(live.data(), data(key(id)));
                files.put(live.meta(), meta(key(id)));
            }
            files.crashAt(step);
            Model model = new Model();
            live(files, model);
            crashed = files.hasCrashed();
            check(files.afterPowerCut(new Random(seed * 1_000_003 + step)), model, "step " + step + ", seed " + seed);
        }
    }

    private static void live(CrashFiles files, Model model) {
        try (FileStore store = open(files)) {
            store.awaitSweep();
            WholeReplicaStore replicas = store.replicas();
            deleteAll(files, replicas, model);
            for (int id = 0; id < 4; id++) {
                model.places.put(key(id), Set.of("4", "2"));
                replicas.handDown(replicas.find(key(id), NEW).orElseThrow(), OLD);
            }
            replicas.force();
            for (int id = 0; id < 4; id++) {
                model.places.put(key(id), Set.of("2"));
            }
            for (int id = 2; id < 6; id++) {
                SnapshotId owner = id < 4 ? OLD : NEW;
                model.places.put(key(id), Set.of(Long.toString(owner.value()), "live"));
                replicas.moveOut(replicas.find(key(id), owner).orElseThrow(), live(key(id)));
            }
            replicas.force();
            for (int id = 2; id < 6; id++) {
                model.places.put(key(id), Set.of("live"));
            }
            model.places.remove(key(0));
            replicas.remove(replicas.find(key(0), OLD).orElseThrow());
            replicas.force();
        } catch (IOException e) {
            assertThat(files.hasCrashed()).as("failed by itself: %s", e).isTrue();
        }
    }

    /** As the DataNode does: links, one force, then the live files go. */
    private static void deleteAll(CrashFiles files, WholeReplicaStore replicas, Model model) throws IOException {
        for (int id = 0; id < REPLICAS; id++) {
            model.places.put(key(id), Set.of("live", "4"));
            replicas.link(key(id), NEW, live(key(id)));
        }
        replicas.force();
        for (int id = 0; id < REPLICAS; id++) {
            model.places.put(key(id), Set.of("4"));
        }
        for (int id = 0; id < REPLICAS; id++) {
            files.delete(live(key(id)).data());
            files.delete(live(key(id)).meta());
        }
        files.forceDirectory(LIVE);
    }

    private static void check(CrashFiles files, Model model, String when) throws IOException {
        try (FileStore store = open(files)) {
            store.awaitSweep();
            for (Map.Entry<BlockKey, Set<String>> replica : model.places.entrySet()) {
                boolean found = false;
                for (String place : replica.getValue()) {
                    found |= isAt(files, store.replicas(), replica.getKey(), place);
                }
                assertThat(found)
                        .as("%s: %s in %s", when, replica.getKey(), replica.getValue())
                        .isTrue();
            }
        }
    }

    private static boolean isAt(CrashFiles files, WholeReplicaStore replicas, BlockKey key, String place)
            throws IOException {
        Optional<ReplicaFiles> pair = place.equals("live")
                ? Optional.of(live(key)).filter(live -> files.exists(live.data()) && files.exists(live.meta()))
                : replicas.find(key, new SnapshotId(Long.parseLong(place))).map(WholeReplica::files);
        if (pair.isEmpty()) {
            return false;
        }
        assertThat(files.get(pair.get().data())).isEqualTo(data(key));
        assertThat(files.get(pair.get().meta())).isEqualTo(meta(key));
        return true;
    }

    private static BlockKey key(long id) {
        return new BlockKey(Samples.POOL, id << 8 | id << 16, 1001);
    }

    private static ReplicaFiles live(BlockKey key) {
        return new ReplicaFiles(LIVE.resolve("blk_" + key.blockId()), LIVE.resolve("blk_" + key.blockId() + ".meta"));
    }

    private static byte[] data(BlockKey key) {
        return ("data of " + key).getBytes(UTF_8);
    }

    private static byte[] meta(BlockKey key) {
        return ("meta of " + key).getBytes(UTF_8);
    }

    private static FileStore open(CrashFiles files) throws IOException {
        return FileStore.open(DIRECTORY, Samples.OPTIONS, files, () -> new UUID(1, 2));
    }
}
