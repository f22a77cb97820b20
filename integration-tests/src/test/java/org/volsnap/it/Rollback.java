/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.hadoop.hdfs.DFSTestUtil;
import org.apache.hadoop.hdfs.server.blockmanagement.BlockIdManager;
import org.apache.hadoop.hdfs.server.blockmanagement.BlockManager;
import org.apache.hadoop.hdfs.tools.DFSck;
import org.apache.hadoop.util.ToolRunner;
import org.volsnap.testing.CommandResult;
import org.volsnap.testing.VolsnapCluster;

/** Rolls a whole cluster back as the operator does, and looks at what must hold afterwards. */
final class Rollback {
    private static final Pattern BLOCK_FILE = Pattern.compile("blk_(-?\\d+)(?:_(\\d+)\\.meta)?");

    private static final Pattern SAFETY = Pattern.compile("Safety snapshot: (\\S+)");

    private static final Pattern TARGET = Pattern.compile("Prepared the rollback to (\\S+) of");

    private final VolsnapCluster cluster;

    Rollback(VolsnapCluster cluster) {
        this.cluster = cluster;
    }

    /** Prepare, stop, fence, start, wait until the cluster takes writes again. */
    void to(String name) throws IOException {
        cluster.volsnap("-prepareRollback", name).orThrow();
        carryOut(name);
    }

    /** The same although blocks of the snapshot have no replica. */
    void toWithoutSomeBlocks(String name) throws IOException {
        cluster.volsnap("-prepareRollback", "-force", name).orThrow();
        carryOut("-force", name);
    }

    /** Takes the last rollback back; returns the new safety snapshot. */
    String undo() throws IOException {
        String prepared = cluster.volsnap("-undoRollback").orThrow().out();
        carryOut(target(prepared));
        return safetySnapshot(prepared);
    }

    private void carryOut(String... arguments) throws IOException {
        cluster.stopDataNodes();
        cluster.stopNameNode();
        List<String> command = new ArrayList<>(List.of(arguments));
        command.add(0, "-rollback");
        cluster.volsnap(command.toArray(new String[0])).orThrow();
        cluster.startNameNode();
        cluster.startDataNodes();
        awaitWritable();
    }

    /**
     * The same with DataNodes that go on running: only the NameNode is stopped and started.
     *
     * @return the safety snapshot
     */
    String toWithRunningDataNodes(String name) throws IOException {
        return carryOutWithRunningDataNodes(
                cluster.volsnap("-prepareRollback", name).orThrow().out());
    }

    /** Takes the last rollback back in the same way; returns the new safety snapshot. */
    String undoWithRunningDataNodes() throws IOException {
        return carryOutWithRunningDataNodes(
                cluster.volsnap("-undoRollback").orThrow().out());
    }

    private String carryOutWithRunningDataNodes(String prepared) throws IOException {
        cluster.stopNameNode();
        cluster.volsnap("-rollback", target(prepared)).orThrow();
        cluster.startNameNode();
        cluster.waitWritable(); // which those that carry it out end: others may be cut off
        return safetySnapshot(prepared);
    }

    private static String target(String prepared) {
        return TARGET.matcher(prepared).results().findFirst().orElseThrow().group(1);
    }

    /** The name that {@code -prepareRollback} printed. */
    static String safetySnapshot(String prepared) {
        return SAFETY.matcher(prepared).results().findFirst().orElseThrow().group(1);
    }

    void awaitWritable() throws IOException {
        cluster.waitActive();
    }

    /** The largest block id and stamp that were ever given out. */
    Used used() {
        BlockIdManager ids =
                cluster.nameNode().getNamesystem().getBlockManager().getBlockIdManager();
        return new Used(ids.getLastAllocatedContiguousBlockId(), ids.getGenerationStamp());
    }

    record Used(long blockId, long stamp) {}

    /** No block waits for a copy to be made or taken away. */
    void awaitRedundancy() {
        BlockManager blocks = cluster.nameNode().getNamesystem().getBlockManager();
        await().atMost(Duration.ofSeconds(90))
                .untilAsserted(() -> assertThat(List.of(
                                blocks.getLowRedundancyBlocksCount(),
                                blocks.getPendingReconstructionBlocksCount(),
                                blocks.getMissingBlocksCount(),
                                blocks.getExcessBlocksCount(),
                                blocks.getPostponedMisreplicatedBlocksCount()))
                        .as("low, pending, missing, excess, postponed")
                        .containsOnly(0L));
        cluster.waitForDeletions();
    }

    void assertHealthy() throws Exception {
        var out = new java.io.ByteArrayOutputStream();
        int exitCode = ToolRunner.run(
                new DFSck(cluster.configuration(), new java.io.PrintStream(out, true, "UTF-8")), new String[] {"/"});
        assertThat(out.toString("UTF-8")).contains("HEALTHY");
        assertThat(exitCode).isZero();
    }

    /** No replica with a stamp between {@code fence} and {@code lastUsed} is left under any {@code current/}. */
    void assertNoReplicaAfter(long fence, long lastUsed) {
        for (int node = 0; node < cluster.dataNodes().size(); node++) {
            for (Path volume : cluster.storageVolumes(node)) {
                assertThat(stamps(volume.resolve("current")))
                        .allSatisfy(stamp -> assertThat(stamp <= fence || stamp > lastUsed)
                                .as("stamp %s in %s (T %s, last used %s)", stamp, volume, fence, lastUsed)
                                .isTrue());
            }
        }
    }

    private static List<Long> stamps(Path current) {
        try (Stream<Path> files = Files.walk(current)) {
            return files.map(file -> BLOCK_FILE.matcher(file.getFileName().toString()))
                    .filter(Matcher::matches)
                    .filter(match -> match.group(2) != null)
                    .map(match -> Long.valueOf(match.group(2)))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** A new file takes a block id and a stamp above everything used before. */
    void assertFreshIds(Used before) throws IOException {
        var path = new org.apache.hadoop.fs.Path("/fresh");
        DFSTestUtil.createFile(cluster.fileSystem(), path, 1000, (short) 3, 1);
        var block = DFSTestUtil.getFirstBlock(cluster.fileSystem(), path);
        assertThat(block.getBlockId()).isGreaterThan(before.blockId());
        assertThat(block.getGenerationStamp()).isGreaterThan(before.stamp());
        cluster.fileSystem().delete(path, false);
    }

    /** Recovery of leases that were open at T ends by itself. */
    void awaitClosed(String path) {
        VolsnapCluster.waitFor("recovery of " + path, Duration.ofSeconds(90), () -> {
            try {
                return cluster.fileSystem().isFileClosed(new org.apache.hadoop.fs.Path(path));
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        });
    }

    static void assertRefused(CommandResult result, int exitCode, String message) {
        assertThat(result.exitCode()).as(result.toString()).isEqualTo(exitCode);
        assertThat(result.err()).contains(message);
        assertThat(result.err().strip().lines()).hasSize(1);
        assertThat(result.out()).isEmpty();
    }
}
