/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.hdfs.DFSTestUtil;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.volsnap.testing.CommandResult;
import org.volsnap.testing.ProcessCluster;
import org.volsnap.testing.VolsnapCluster;

/**
 * A storage volume that fills up, turns read-only or fails with EIO while a snapshot exists. Files have one replica, so
 * that each loss shows. HDFS goes on, the snapshot says what it lost, and nothing else is lost.
 */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class DiskFaultsTest {
    private static final String NAME = "nightly";
    private static final int FILES = 16;
    private static final int LEAST_ON_DISK = 4;
    private static final Pattern LOST = Pattern.compile("(?m)^Lost: +(\\d+) *$");
    private static final Pattern UNREADABLE = Pattern.compile("(?m)^(/\\S+): blk_");

    @TempDir
    Path dir;

    private final Random random = new Random(9);
    private final Map<String, byte[]> contents = new TreeMap<>();
    private final Set<String> onDisk = new TreeSet<>();
    private final Set<String> changed = new TreeSet<>();
    private final Set<String> deleted = new TreeSet<>();

    @Test
    void aVolumeThatIsFull() throws Exception {
        try (MountedDisk disk = MountedDisk.tmpfs(place(), 16);
                ProcessCluster cluster = cluster();
                DistributedFileSystem fileSystem = cluster.newFileSystem()) {
            fillAndCreate(cluster, fileSystem, disk);

            disk.fill();
            changeThird(fileSystem, 0, this::truncate);
            changeThird(fileSystem, 1, this::delete);
            writeNew(fileSystem, "full");

            Set<String> unreadable = unreadable(cluster);
            assertThat(onDisk).containsAll(unreadable);
            assertThat(changed).containsAll(unreadable);
            assertThat(unreadable).isNotEmpty();
            assertThat(lost(cluster)).isGreaterThanOrEqualTo(unreadable.size());
            assertThat(cluster.volsnap("-list").orThrow().out()).contains("DEGRADED");

            // A rollback writes to each disk: it waits until there is room for it.
            disk.makeRoom();
            rollBack(cluster);

            assertOthersReadable(fileSystem, unreadable);
        }
    }

    @Test
    void aVolumeThatTurnsReadOnly() throws Exception {
        try (MountedDisk disk = MountedDisk.ext4(place(), dir.resolve("image"), 48);
                ProcessCluster cluster = cluster();
                DistributedFileSystem fileSystem = cluster.newFileSystem()) {
            fillAndCreate(cluster, fileSystem, disk);

            disk.turnReadOnly();

            goesOnWithout(cluster, fileSystem, disk);
        }
    }

    @Test
    void aVolumeThatFails() throws Exception {
        try (MountedDisk disk = MountedDisk.ext4(place(), dir.resolve("image"), 48);
                ProcessCluster cluster = cluster();
                DistributedFileSystem fileSystem = cluster.newFileSystem()) {
            fillAndCreate(cluster, fileSystem, disk);

            disk.fail();

            goesOnWithout(cluster, fileSystem, disk);
        }
    }

    /** Then the disk is repaired, and what was not lost on it comes back. */
    private void goesOnWithout(ProcessCluster cluster, DistributedFileSystem fileSystem, MountedDisk disk)
            throws Exception {
        changeThird(fileSystem, 0, this::truncateElsewhere);
        changeThird(fileSystem, 1, this::delete);
        for (int i = 0; i < 4; i++) {
            writeNew(fileSystem, "new" + i);
        }
        VolsnapCluster.waitFor("the loss", Duration.ofSeconds(60), () -> complains(cluster, disk));
        Set<String> unreadable = unreadable(cluster);
        assertThat(onDisk).containsAll(unreadable);
        assertThat(unreadable).containsAll(deletedOnDisk());

        rollBack(cluster);

        assertOthersReadable(fileSystem, onDisk);
        writeNew(fileSystem, "after");
        cluster.dataNodes().get(0).kill();
        disk.repair();
        cluster.startStopped();
        cluster.awaitHealthy();
        assertOthersReadable(fileSystem, deletedOnDisk());
        assertThat(deletedOnDisk()).containsAll(unreadable(cluster));
    }

    private Set<String> deletedOnDisk() {
        Set<String> both = new TreeSet<>(deleted);
        both.retainAll(onDisk);
        return both;
    }

    /** Whether the snapshot says that it lost something, or the DataNode that it has trouble with the disk. */
    private static boolean complains(ProcessCluster cluster, MountedDisk disk) {
        String status = cluster.volsnap("-status").orThrow().out();
        return lost(cluster) > 0 && status.contains("DEGRADED")
                || status.contains(disk.path().toString())
                || status.contains("without preservation");
    }

    private Path place() {
        return ProcessCluster.storageVolume(dir, 0, 1);
    }

    private ProcessCluster cluster() throws IOException {
        return VolsnapCluster.builder(dir)
                .dataNodes(2)
                .replication(1)
                .storageVolumes(2)
                .set("dfs.datanode.failed.volumes.tolerated", "1")
                .set("dfs.datanode.disk.check.min.gap", "0ms")
                .set("dfs.namenode.safemode.threshold-pct", "0")
                .set("dfs.datanode.round-robin-volume-choosing-policy.additional-available-space", "0")
                .set("dfs.client.max.block.acquire.failures", "0")
                .buildProcesses();
    }

    private void fillAndCreate(ProcessCluster cluster, DistributedFileSystem fileSystem, MountedDisk disk)
            throws IOException {
        cluster.awaitHealthy();
        for (int i = 0; i < FILES || onDisk.size() < LEAST_ON_DISK; i++) {
            String name = "/data/file" + i;
            contents.put(name, write(fileSystem, name));
            String block = DFSTestUtil.getFirstBlock(fileSystem, path(name))
                    .getLocalBlock()
                    .getBlockName();
            if (blocks(disk.path()).contains(block)) {
                onDisk.add(name);
            }
        }
        cluster.volsnap("-create", NAME).orThrow();
    }

    private static Set<String> blocks(Path volume) throws IOException {
        try (Stream<Path> files = Files.walk(volume.resolve("current"))) {
            return files.map(file -> file.getFileName().toString()).collect(Collectors.toSet());
        }
    }

    private byte[] write(DistributedFileSystem fileSystem, String name) throws IOException {
        byte[] bytes = new byte[200_000 + random.nextInt(100_000)];
        random.nextBytes(bytes);
        try (FSDataOutputStream out = fileSystem.create(path(name))) {
            out.write(bytes);
        }
        return bytes;
    }

    private void writeNew(DistributedFileSystem fileSystem, String name) throws IOException {
        byte[] bytes = write(fileSystem, "/new/" + name);
        assertThat(DFSTestUtil.readFileAsBytes(fileSystem, path("/new/" + name)))
                .isEqualTo(bytes);
    }

    @FunctionalInterface
    private interface Change {
        void make(DistributedFileSystem fileSystem, String name) throws IOException;
    }

    /** Every third file, on good volumes and on the bad one. */
    private void changeThird(DistributedFileSystem fileSystem, int first, Change change) throws IOException {
        int index = 0;
        for (String name : Stream.concat(
                        onDisk.stream(), contents.keySet().stream().filter(name -> !onDisk.contains(name)))
                .toList()) {
            if (index++ % 3 == first) {
                changed.add(name);
                change.make(fileSystem, name);
            }
        }
    }

    private void truncate(DistributedFileSystem fileSystem, String name) throws IOException {
        if (!fileSystem.truncate(path(name), 30_000)) {
            VolsnapCluster.waitFor("the truncate of " + name, Duration.ofSeconds(60), () -> {
                try {
                    return fileSystem.isFileClosed(path(name));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        }
        assertThat(fileSystem.getFileStatus(path(name)).getLen()).isEqualTo(30_000);
    }

    /** HDFS itself can't truncate what lies on a disk that takes no writes. */
    private void truncateElsewhere(DistributedFileSystem fileSystem, String name) throws IOException {
        if (!onDisk.contains(name)) {
            truncate(fileSystem, name);
        }
    }

    private void delete(DistributedFileSystem fileSystem, String name) throws IOException {
        deleted.add(name);
        assertThat(fileSystem.delete(path(name), false)).isTrue();
    }

    private static long lost(ProcessCluster cluster) {
        String status = cluster.volsnap("-status", NAME).orThrow().out();
        return LOST.matcher(status)
                .results()
                .mapToLong(match -> Long.parseLong(match.group(1)))
                .findFirst()
                .orElseThrow();
    }

    /** Files that {@code -verify} names. */
    private static Set<String> unreadable(ProcessCluster cluster) {
        CommandResult verified = cluster.volsnap("-verify", NAME);
        assertThat(verified.exitCode()).as(verified.toString()).isIn(0, 1);
        return UNREADABLE
                .matcher(verified.out())
                .results()
                .map(match -> match.group(1))
                .collect(Collectors.toSet());
    }

    private static void rollBack(ProcessCluster cluster) throws IOException {
        cluster.volsnap("-prepareRollback", "-force", NAME).orThrow();
        cluster.nameNode().stop();
        cluster.volsnapOn(0, "-rollback", "-force", NAME).orThrow();
        cluster.nameNode().start();
        cluster.awaitHealthy();
    }

    /** What was not lost is what it was; what was lost can't be read, or is what it was. */
    private void assertOthersReadable(DistributedFileSystem fileSystem, Set<String> lost) {
        VolsnapCluster.waitFor("blocks", Duration.ofSeconds(60), () -> lost.containsAll(unread(fileSystem)));
        assertThat(lost).containsAll(unread(fileSystem));
    }

    /** Files that can't be read; those that can be are compared. */
    private Set<String> unread(DistributedFileSystem fileSystem) {
        Set<String> failed = new TreeSet<>();
        contents.forEach((name, bytes) -> {
            try {
                assertThat(DFSTestUtil.readFileAsBytes(fileSystem, path(name)))
                        .as(name)
                        .isEqualTo(bytes);
            } catch (IOException e) {
                failed.add(name);
            }
        });
        return failed;
    }

    private static org.apache.hadoop.fs.Path path(String name) {
        return new org.apache.hadoop.fs.Path(name);
    }
}
