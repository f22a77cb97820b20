/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.hdfs.BlockMissingException;
import org.apache.hadoop.hdfs.DFSTestUtil;
import org.apache.hadoop.hdfs.server.datanode.DataNode;
import org.apache.hadoop.hdfs.server.datanode.DataNodeTestUtils;
import org.apache.hadoop.hdfs.server.datanode.fsdataset.FsVolumeSpi;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.volsnap.testing.CommandResult;
import org.volsnap.testing.VolsnapCluster;

/** Storage volumes that fail, are taken out, come back, or are new, while a snapshot exists. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class VolumesComeAndGoTest {
    private static final String ROOT = "/data";
    private static final int FILES = 12;
    private static final String NAME = "nightly";
    private static final Pattern LOST = Pattern.compile("(?m)^Lost: +(\\d+) *$");
    private static final Pattern UNREADABLE =
            Pattern.compile("(?m)^(/\\S+): blk_.* is (on no DataNode|bad on 1 DataNodes: .* is lost)$");

    private final Map<String, byte[]> contents = new TreeMap<>();
    private final Map<String, Path> volumesThen = new TreeMap<>();
    private final Set<String> untouched = new TreeSet<>();

    @Test
    void aRollbackReachesAVolumeThatWasAway(@TempDir Path dir) throws Exception {
        try (VolsnapCluster cluster = cluster(dir)) {
            FileSystemState then = wreckAfterSnapshot(cluster);
            List<Path> roots = cluster.storageVolumes(0);
            Path away = roots.get(1);

            DataNodeTestUtils.injectDataDirFailure(away.toFile());
            new Rollback(cluster).toWithoutSomeBlocks(NAME);
            assertThat(missingBlocks(cluster)).isPositive();
            DataNodeTestUtils.restoreDataDirFromFailure(away.toFile());
            new Volumes(cluster).reconfigure(roots);

            VolsnapCluster.waitFor("all blocks", Duration.ofSeconds(60), () -> missingBlocks(cluster) == 0);
            FileSystemState.capture(cluster.fileSystem(), ROOT).assertSameAs(then);
            new Rollback(cluster).assertHealthy();
        }
    }

    @Test
    void aFailedVolumeTakesExactlyWhatItHeldAlong(@TempDir Path dir) throws Exception {
        try (VolsnapCluster cluster = cluster(dir)) {
            wreckAfterSnapshot(cluster);
            Path failing = cluster.storageVolumes(0).get(1);
            DataNode dataNode = cluster.dataNodes().get(0);
            FsVolumeSpi volume = DataNodeTestUtils.getVolume(dataNode, failing.toFile());

            DataNodeTestUtils.injectDataDirFailure(failing.toFile());
            DataNodeTestUtils.waitForDiskError(dataNode, volume);

            assertLostWith(cluster, failing);
            new Rollback(cluster).toWithoutSomeBlocks(NAME);
            for (int i = 0; i < FILES; i++) {
                org.apache.hadoop.fs.Path file = file(i);
                if (failing.equals(volumesThen.get(file.toString()))) {
                    assertThatThrownBy(() -> DFSTestUtil.readFileAsBytes(cluster.fileSystem(), file))
                            .isInstanceOf(BlockMissingException.class);
                } else {
                    assertThat(DFSTestUtil.readFileAsBytes(cluster.fileSystem(), file))
                            .isEqualTo(contents.get(file.toString()));
                }
            }
        }
    }

    @Test
    void whatAVolumeHeldIsBackWhenItIs(@TempDir Path dir) throws Exception {
        try (VolsnapCluster cluster = cluster(dir)) {
            FileSystemState then = wreckAfterSnapshot(cluster);
            List<Path> roots = cluster.storageVolumes(0);
            Path out = roots.get(0);
            Volumes volumes = new Volumes(cluster);

            volumes.reconfigure(roots.subList(1, 2));
            assertLostWith(cluster, out);
            new Wreckage(cluster, 62).write(new org.apache.hadoop.fs.Path(ROOT, "new"), 200_000);
            volumes.reconfigure(roots);

            VolsnapCluster.waitFor("all blocks", Duration.ofSeconds(60), () -> missingBlocks(cluster) == 0);
            VolsnapCluster.waitFor("what it held", Duration.ofSeconds(60), () -> lost(cluster) == 0);
            cluster.volsnap("-verify", NAME).orThrow();
            new Rollback(cluster).to(NAME);
            FileSystemState.capture(cluster.fileSystem(), ROOT).assertSameAs(then);
            new Rollback(cluster).assertHealthy();
        }
    }

    @Test
    void aNewVolumeTakesReplicasWhoseExceptionsLieElsewhere(@TempDir Path dir) throws Exception {
        try (VolsnapCluster cluster = cluster(dir)) {
            FileSystemState then = wreckAfterSnapshot(cluster);
            List<Path> roots = new ArrayList<>(cluster.storageVolumes(0));
            Path added = Files.createDirectory(dir.resolve("added"));
            roots.add(added);
            Volumes volumes = new Volumes(cluster);
            Wreckage wreckage = new Wreckage(cluster, 63);

            volumes.reconfigure(roots);
            volumes.reconfigure(roots.subList(0, 2));
            assertThat(lost(cluster)).as("an empty volume takes nothing along").isZero();
            volumes.reconfigure(roots);
            for (int i = 0; i < FILES; i += 3) {
                volumes.move(file(i), added);
                volumes.move(file(i + 2), added);
                wreckage.truncate(file(i), 50_000);
                wreckage.append(file(i + 2), 10_000);
            }
            volumes.deleteNow(file(0));
            volumes.deleteNow(file(2));
            cluster.volsnap("-verify", NAME).orThrow();

            // A DataNode that is started again would know only the volumes of its first start.
            new Rollback(cluster).toWithRunningDataNodes(NAME);
            FileSystemState.capture(cluster.fileSystem(), ROOT).assertSameAs(then);
            new Rollback(cluster).assertHealthy();
        }
    }

    /**
     * What was changed or deleted after T counts as lost, and the files that can't be read are those that lay there at
     * T.
     */
    private void assertLostWith(VolsnapCluster cluster, Path volume) {
        Set<String> there = new TreeSet<>();
        volumesThen.forEach((file, root) -> {
            if (root.equals(volume)) {
                there.add(file);
            }
        });
        assertThat(there).isNotEmpty().hasSizeLessThan(FILES);
        long changedThere =
                there.stream().filter(file -> !untouched.contains(file)).count();
        VolsnapCluster.waitFor("the count", Duration.ofSeconds(60), () -> lost(cluster) == changedThere);
        CommandResult verify = cluster.volsnap("-verify", NAME);
        assertThat(verify.exitCode()).isEqualTo(1);
        assertThat(UNREADABLE.matcher(verify.out()).results().map(line -> line.group(1)))
                .containsExactlyInAnyOrderElementsOf(there);
    }

    private static long lost(VolsnapCluster cluster) {
        Matcher lost = LOST.matcher(cluster.volsnap("-status", NAME).orThrow().out());
        assertThat(lost.find()).isTrue();
        return Long.parseLong(lost.group(1));
    }

    private static long missingBlocks(VolsnapCluster cluster) {
        return cluster.nameNode().getNamesystem().getMissingBlocksCount();
    }

    /** Every third file is appended to, every third deleted, the rest left alone. */
    private FileSystemState wreckAfterSnapshot(VolsnapCluster cluster) throws IOException {
        Wreckage wreckage = new Wreckage(cluster, 61);
        Volumes volumes = new Volumes(cluster);
        for (int i = 0; i < FILES; i++) {
            String name = file(i).toString();
            wreckage.write(file(i), 200_000 + i);
            contents.put(name, DFSTestUtil.readFileAsBytes(cluster.fileSystem(), file(i)));
            volumesThen.put(name, volumes.of(file(i)));
        }
        FileSystemState then = FileSystemState.capture(cluster.fileSystem(), ROOT);
        cluster.volsnap("-create", NAME).orThrow();
        for (int i = 0; i + 2 < FILES; i += 3) {
            wreckage.append(file(i), 10_000);
            volumes.deleteNow(file(i + 1));
            untouched.add(file(i + 2).toString());
        }
        return then;
    }

    private static org.apache.hadoop.fs.Path file(int number) {
        return new org.apache.hadoop.fs.Path(ROOT, String.format("file%02d", number));
    }

    private static VolsnapCluster cluster(Path dir) throws IOException {
        return VolsnapCluster.builder(dir)
                .dataNodes(1)
                .set("dfs.replication", "1")
                .set("dfs.client.max.block.acquire.failures", "0")
                .set("dfs.datanode.failed.volumes.tolerated", "1")
                .set("dfs.datanode.disk.check.min.gap", "0s")
                .set("dfs.datanode.volsnap.chunk.size", "16k")
                .set("dfs.namenode.accesstime.precision", "0")
                .build();
    }
}
