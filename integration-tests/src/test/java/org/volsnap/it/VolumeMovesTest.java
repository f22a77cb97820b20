/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.fs.StorageType;
import org.apache.hadoop.hdfs.server.mover.Mover;
import org.apache.hadoop.util.ToolRunner;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.volsnap.testing.ClusterBuilder;
import org.volsnap.testing.VolsnapCluster;

/** Replicas that move between storage volumes of their DataNode, while what was preserved of them stays where it is. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class VolumeMovesTest {
    private static final String ROOT = "/data";
    private static final int LENGTH = 300_000;

    /** What befalls a file that has this for a name: A append, C cut, M move, D delete, O overwrite. */
    private static final List<String> LIVES =
            List.of("M", "MA", "MC", "MD", "AMC", "CMA", "AMD", "CMD", "AMO", "CMMA", "ACM", "MAMC");

    @Test
    void anExceptionIsFoundOnTheVolumeThatTheReplicaHasLeft(@TempDir Path dir) throws Exception {
        try (VolsnapCluster cluster = oneDataNode(dir).storageVolumes(2).build()) {
            Wreckage wreckage = new Wreckage(cluster, 51);
            for (String name : LIVES) {
                wreckage.write(file(name), LENGTH);
            }
            FileSystemState first = state(cluster);
            cluster.volsnap("-create", "first").orThrow();
            for (String name : LIVES) {
                live(cluster, wreckage, name, name);
            }
            cluster.waitForDeletions();
            FileSystemState second = state(cluster);
            cluster.volsnap("-create", "second").orThrow();
            for (int i = 0; i < LIVES.size(); i++) {
                live(cluster, wreckage, LIVES.get(i), LIVES.get((i + 5) % LIVES.size()));
            }
            cluster.waitForDeletions();
            cluster.volsnap("-verify", "first").orThrow();
            cluster.volsnap("-verify", "second").orThrow();

            Rollback rollback = new Rollback(cluster);
            rollback.to("first");
            state(cluster).assertSameAs(first);
            rollback.to("second");
            state(cluster).assertSameAs(second);
            for (String name : LIVES) {
                live(cluster, wreckage, name, "M");
            }
            rollback.to("first");
            state(cluster).assertSameAs(first);
            rollback.assertHealthy();
        }
    }

    @Test
    void theMoverTakesReplicasToAnotherStorageTypeAndBack(@TempDir Path dir) throws Exception {
        try (VolsnapCluster cluster = oneDataNode(dir)
                .storageVolumes(StorageType.DISK, StorageType.ARCHIVE)
                .build()) {
            Wreckage wreckage = new Wreckage(cluster, 52);
            List<String> names = List.of("appended", "cut", "deleted", "untouched", "cutLater");
            for (String name : names) {
                wreckage.write(file(name), LENGTH);
            }
            FileSystemState then = state(cluster);
            cluster.volsnap("-create", "nightly").orThrow();
            wreckage.append(file("appended"), 50_000);
            wreckage.append(file("deleted"), 50_000);
            wreckage.truncate(file("cut"), 100_000);

            move(cluster, "COLD", names);
            wreckage.truncate(file("appended"), 10_000);
            wreckage.truncate(file("cutLater"), 10_000);
            cluster.fileSystem().delete(file("deleted"), false);
            cluster.waitForDeletions();
            move(cluster, "HOT", List.of("appended", "cutLater"));
            wreckage.append(file("cutLater"), 50_000);
            cluster.volsnap("-verify", "nightly").orThrow();

            new Rollback(cluster).to("nightly");
            state(cluster).assertSameAs(then);
            new Rollback(cluster).assertHealthy();
        }
    }

    @Test
    void theDiskBalancerFillsAnEmptyVolumeByAPlan(@TempDir Path dir) throws Exception {
        try (VolsnapCluster cluster = oneDataNode(dir).storageVolumes(2).build()) {
            List<String> names = List.of("a", "b", "c", "d", "e", "f", "g", "h");
            Wreckage wreckage = new Wreckage(cluster, 53);
            Volumes volumes = new Volumes(cluster);
            Path full = cluster.storageVolumes(0).get(0);
            for (String name : names) {
                wreckage.write(file(name), LENGTH);
                if (!volumes.of(file(name)).equals(full)) {
                    volumes.move(file(name), full);
                }
            }
            FileSystemState then = state(cluster);
            cluster.volsnap("-create", "nightly").orThrow();
            for (int i = 0; i < names.size(); i += 2) {
                live(cluster, wreckage, names.get(i), "C");
                live(cluster, wreckage, names.get(i + 1), "A");
            }

            Set<String> moved = new TreeSet<>();
            volumes.balance();
            for (String name : names) {
                if (!volumes.of(file(name)).equals(full)) {
                    moved.add(name);
                }
            }
            assertThat(moved).isNotEmpty();
            for (String name : names) {
                live(cluster, wreckage, name, "AC");
            }
            cluster.fileSystem().delete(file(moved.iterator().next()), false);
            cluster.waitForDeletions();
            cluster.volsnap("-verify", "nightly").orThrow();

            new Rollback(cluster).to("nightly");
            state(cluster).assertSameAs(then);
            new Rollback(cluster).assertHealthy();
        }
    }

    /** Runs the mover after a change of policy; it moves between the storage volumes of the one DataNode. */
    private static void move(VolsnapCluster cluster, String policy, List<String> names) throws Exception {
        Volumes volumes = new Volumes(cluster);
        for (String name : names) {
            Path from = volumes.of(file(name));
            cluster.fileSystem().setStoragePolicy(file(name), policy);
            String[] line = {"-p", file(name).toUri().getPath()};
            assertThat(ToolRunner.run(cluster.configuration(), new Mover.Cli(), line))
                    .isZero();
            assertThat(volumes.of(file(name))).isNotEqualTo(from);
        }
    }

    private static void live(VolsnapCluster cluster, Wreckage wreckage, String name, String life) throws IOException {
        for (char part : life.toCharArray()) {
            if (!cluster.fileSystem().exists(file(name))) {
                return;
            }
            switch (part) {
                case 'A' -> wreckage.append(file(name), 50_000);
                case 'C' -> wreckage.truncate(file(name), wreckage.length(file(name)) - 60_000);
                case 'D' -> cluster.fileSystem().delete(file(name), false);
                case 'O' -> wreckage.write(file(name), LENGTH - 1);
                case 'M' -> moveToTheOther(cluster, name);
                default -> throw new IllegalArgumentException(life);
            }
        }
    }

    private static void moveToTheOther(VolsnapCluster cluster, String name) throws IOException {
        Volumes volumes = new Volumes(cluster);
        Path from = volumes.of(file(name));
        Path to = cluster.storageVolumes(0).stream()
                .filter(root -> !root.equals(from))
                .findFirst()
                .orElseThrow();
        volumes.move(file(name), to);
    }

    private static org.apache.hadoop.fs.Path file(String name) {
        return new org.apache.hadoop.fs.Path(ROOT, name);
    }

    private static FileSystemState state(VolsnapCluster cluster) throws IOException {
        return FileSystemState.capture(cluster.fileSystem(), ROOT);
    }

    private static ClusterBuilder oneDataNode(Path dir) {
        return VolsnapCluster.builder(dir)
                .dataNodes(1)
                .set("dfs.replication", "1")
                .set("dfs.datanode.volsnap.chunk.size", "16k")
                .set("dfs.namenode.accesstime.precision", "0");
    }
}
