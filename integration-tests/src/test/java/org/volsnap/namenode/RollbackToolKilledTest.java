/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.hadoop.hdfs.server.namenode.INode;
import org.apache.hadoop.hdfs.server.namenode.VolsnapOfflineBridge;
import org.apache.hadoop.hdfs.server.namenode.VolsnapOfflineBridge.Counters;
import org.apache.hadoop.metrics2.impl.MetricsSystemImpl;
import org.apache.hadoop.metrics2.lib.DefaultMetricsSystem;
import org.apache.hadoop.util.ExitUtil;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.volsnap.namenode.rollback.RollbackTool;
import org.volsnap.protocol.proto.VolsnapProtos.RegistryProto;
import org.volsnap.testing.CommandLine;
import org.volsnap.testing.CommandResult;

/**
 * The NameNode's part of a rollback, killed before the changes that it makes in the NameNode's directories: before every
 * seventh, from {@code volsnap.killed.first} on (1 to 7). Not all in one process, because a loading namespace that is cut
 * short leaves its heap behind.
 */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class RollbackToolKilledTest {
    private static final int STEP = 7;
    private static final int FIRST = Integer.getInteger("volsnap.killed.first", 1);
    private static final int NEVER = Integer.MAX_VALUE;

    @TempDir
    Path dir;

    private StockCluster cluster;
    private List<Path> nameDirs;
    private int loads;

    /** What a NameNode would find. */
    private record Namespace(Counters counters, RegistryProto registry, ImmutableList<String> files) {}

    @BeforeEach
    void start() throws Exception {
        cluster = new StockCluster(dir, 1);
        cluster.prepareRollbackAfterChanges();
        nameDirs = cluster.cluster.nameDirs();
        cluster.cluster.stopNameNode();
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    @Test
    void whereverItIsKilledTheSameCommandFinishesIt() throws Exception {
        copyDirs(nameDirs, saved());
        Namespace before = load();
        int changes = changesUntilKilled(NEVER);
        Namespace after = load();
        assertThat(after).isNotEqualTo(before);
        assertThat(changes).isGreaterThan(40);

        Map<String, Namespace> states = new HashMap<>();
        for (int kill = FIRST; kill <= changes; kill += STEP) {
            copyDirs(saved(), nameDirs);
            changesUntilKilled(kill);
            Namespace found = states.computeIfAbsent(state(), key -> loadUnchecked());
            assertThat(found).as("killed before change %s", kill).isIn(before, after);
            assertAnotherTargetIsRefused(found.equals(after));

            RollbackTool.Outcome outcome = new RollbackTool(cluster.conf, line -> {}).run("s1", false, false);

            assertThat(outcome.epoch()).isEqualTo(1);
            assertThat(states.computeIfAbsent(state(), key -> loadUnchecked()))
                    .as("killed before change %s and finished", kill)
                    .isEqualTo(after);
            assertThat(nameDirs)
                    .allSatisfy(nameDir ->
                            assertThat(nameDir.resolve("volsnap-rollback")).doesNotExist());
        }
        cluster.cluster.startNameNode();
        assertThat(cluster.list("/a")).containsExactly("one:1000", "two:2000");
    }

    private int changesUntilKilled(int number) {
        try (PlayedKill kill = PlayedKill.before(number, nameDirs)) {
            try {
                new RollbackTool(cluster.conf, line -> {}).run("s1", false, false);
            } catch (Throwable e) {
                assertThat(kill.hasStruck()).as("%s", e).isTrue();
            }
            assertThat(kill.hasStruck()).isEqualTo(number != NEVER);
            return kill.changes();
        } finally {
            // Hadoop ends the process when it can't write edits; MiniDFSCluster would take it for its own end.
            ExitUtil.resetFirstExitException();
            // It holds the namesystem of each load that was cut short: a thirtieth of the heap.
            DefaultMetricsSystem.setInstance(new MetricsSystemImpl());
        }
    }

    private void assertAnotherTargetIsRefused(boolean committed) {
        CommandResult refused = CommandLine.run(cluster.conf, "-rollback", "s2");

        assertThat(refused.exitCode()).as(refused.toString()).isEqualTo(2);
        assertThat(refused.err())
                .contains(
                        committed
                                ? "rollback 1 to s1 is half done, none to s2 can begin"
                                : "a rollback to s1 is prepared, not to s2")
                .contains("'hdfs volsnap -rollback s1'");
        assertThat(refused.out()).isEmpty();
    }

    // ---- directories

    private List<Path> saved() {
        return Stream.iterate(0, i -> i + 1)
                .limit(nameDirs.size())
                .map(i -> dir.resolve("saved").resolve("name" + i))
                .toList();
    }

    private static void copyDirs(List<Path> from, List<Path> to) throws IOException {
        for (int i = 0; i < from.size(); i++) {
            if (Files.exists(to.get(i))) {
                MoreFiles.deleteRecursively(to.get(i), RecursiveDeleteOption.ALLOW_INSECURE);
            }
            Path current = Files.createDirectories(to.get(i).resolve("current"));
            for (Path file : files(from.get(i).resolve("current"))) {
                Files.copy(file, current.resolve(file.getFileName()));
            }
        }
    }

    private static List<Path> files(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.sorted().toList();
        }
    }

    /** Names and contents; what the NameNode does not look at is left out. */
    private String state() throws IOException {
        StringBuilder state = new StringBuilder();
        for (Path nameDir : nameDirs) {
            for (Path file : files(nameDir.resolve("current"))) {
                state.append(nameDir)
                        .append(file.getFileName())
                        .append(MoreFiles.asByteSource(file).hash(com.google.common.hash.Hashing.sha256()))
                        .append('\n');
            }
        }
        return state.toString();
    }

    private Namespace loadUnchecked() {
        try {
            return load();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Loads copies of the directories as a NameNode does at its start. */
    private Namespace load() throws IOException {
        Path copies = dir.resolve("load" + loads++);
        List<Path> loaded = nameDirs.stream()
                .map(nameDir -> copies.resolve(nameDir.getFileName()))
                .toList();
        copyDirs(nameDirs, loaded);
        List<File> directories = loaded.stream().map(Path::toFile).toList();
        try (VolsnapOfflineBridge namespace = VolsnapOfflineBridge.load(cluster.conf, directories, directories)) {
            RegistryProto.Builder registry =
                    RegistryProto.parseFrom(namespace.rootAttribute(RegistryXAttr.NAME)).toBuilder();
            registry.getEpochsBuilderList().forEach(epoch -> epoch.setCommittedMillis(0));
            List<String> files = new ArrayList<>();
            for (Iterator<? extends INode> inodes = namespace.inodes(); inodes.hasNext(); ) {
                INode inode = inodes.next();
                String blocks =
                        inode.isFile() ? List.of(inode.asFile().getBlocks()).toString() : "";
                files.add(inode.getFullPathName() + " " + inode.getModificationTime() + " " + blocks);
            }
            return new Namespace(namespace.counters(), registry.build(), ImmutableList.sortedCopyOf(files));
        }
    }
}
