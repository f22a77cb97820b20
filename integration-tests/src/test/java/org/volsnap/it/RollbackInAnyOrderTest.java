/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.it;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.volsnap.testing.VolsnapCluster;

/**
 * Many snapshots of a tree that goes on changing: rollback to any of them, the safety snapshots included, in any order,
 * while some are dropped and new ones are taken. A seed decides all of it.
 */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class RollbackInAnyOrderTest {
    private static final Pattern SAFETY_SNAPSHOT = Pattern.compile("before-(?:rollback|undo)-\\S+");
    private static final int FIRST_SNAPSHOTS = 5;
    private static final int CHANGES = 12;
    private static final int LAST_ROLLBACKS = 5;

    private final Map<String, FileSystemState> states = new LinkedHashMap<>();

    @Test
    void everySnapshotComesBack(@TempDir Path dir) throws Exception {
        long seed = Long.getLong("volsnap.seed", 11);
        try (VolsnapCluster cluster = cluster(dir)) {
            run(cluster, new Random(seed));
        } catch (Exception | AssertionError e) {
            throw new AssertionError("repeat it with -Dvolsnap.seed=" + seed, e);
        }
    }

    private void run(VolsnapCluster cluster, Random random) throws Exception {
        RandomWreckage wreckage = new RandomWreckage(cluster, random);
        for (int i = 1; i <= FIRST_SNAPSHOTS; i++) {
            wreckage.change(CHANGES);
            create(cluster, "s" + i);
        }
        for (Drop drop : Drop.values()) {
            wreckage.change(CHANGES);
            rollBack(cluster, names().get(random.nextInt(states.size())));
            wreckage.change(CHANGES);
            drop(cluster, drop.of(names()));
            wreckage.change(CHANGES);
            create(cluster, "after-" + drop);
        }
        List<String> left = names();
        for (String name : left) {
            cluster.volsnap("-verify", name).orThrow();
        }
        Collections.shuffle(left, random);
        for (String name : left.subList(0, LAST_ROLLBACKS)) {
            rollBack(cluster, name);
        }
        new Rollback(cluster).assertHealthy();
    }

    /** Which of the chain goes. */
    private enum Drop {
        OLDEST,
        NEWEST,
        MIDDLE;

        String of(List<String> names) {
            return switch (this) {
                case OLDEST -> names.get(0);
                case NEWEST -> names.get(names.size() - 1);
                case MIDDLE -> names.get(names.size() / 2);
            };
        }
    }

    /** Oldest first. */
    private List<String> names() {
        return new ArrayList<>(states.keySet());
    }

    private void create(VolsnapCluster cluster, String name) throws IOException {
        cluster.volsnap("-create", name).orThrow();
        states.put(name, FileSystemState.capture(cluster.fileSystem(), RandomWreckage.ROOT));
    }

    private void rollBack(VolsnapCluster cluster, String name) throws IOException {
        FileSystemState before = FileSystemState.capture(cluster.fileSystem(), RandomWreckage.ROOT);
        new Rollback(cluster).to(name);
        FileSystemState.capture(cluster.fileSystem(), RandomWreckage.ROOT)
                .assertSameAs(requireNonNull(states.get(name)));
        states.put(newSafetySnapshot(cluster), before);
    }

    private String newSafetySnapshot(VolsnapCluster cluster) {
        List<String> safety = SAFETY_SNAPSHOT
                .matcher(cluster.volsnap("-list").orThrow().out())
                .results()
                .map(MatchResult::group)
                .filter(name -> !states.containsKey(name))
                .toList();
        assertThat(safety).hasSize(1);
        return safety.get(0);
    }

    private void drop(VolsnapCluster cluster, String name) {
        cluster.volsnap("-delete", name).orThrow();
        VolsnapCluster.waitFor(
                "the end of snapshot " + name,
                Duration.ofSeconds(60),
                () -> !cluster.volsnap("-list").orThrow().out().contains(name + " "));
        states.remove(name);
    }

    /** Access times are off: reading the tree must not change it. */
    private static VolsnapCluster cluster(Path dir) throws IOException {
        return VolsnapCluster.builder(dir)
                .dataNodes(2)
                .blockSize(256 << 10)
                .set("dfs.datanode.volsnap.chunk.size", "16k")
                .set("dfs.namenode.accesstime.precision", "0")
                .build();
    }
}
