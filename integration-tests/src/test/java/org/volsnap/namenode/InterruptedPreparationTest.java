/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.volsnap.protocol.proto.VolsnapProtos.PollRequestProto;
import org.volsnap.protocol.proto.VolsnapProtos.RegistryProto;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotAckProto;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotProto;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotStateProto;
import org.volsnap.testing.CommandLine;
import org.volsnap.testing.CommandResult;

/** A NameNode that ends in each step of {@code -prepareRollback}. The step is held by DataNodes that do not answer. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class InterruptedPreparationTest {
    @TempDir
    Path dir;

    private StockCluster cluster;
    private FakePollers pollers;

    @BeforeEach
    void start() throws Exception {
        cluster = new StockCluster(StockCluster.builder(dir, 1)
                .set("dfs.namenode.volsnap.create.timeout", "60s")
                .set(
                        "dfs.namenode.volsnap.namespace.dir",
                        namespaceDir(1).toUri() + "," + namespaceDir(2).toUri()));
        pollers = cluster.pollers();
        cluster.file("/a/one", 1000);
        cluster.create("s1");
        cluster.create("s2");
    }

    @AfterEach
    void stop() throws Exception {
        pollers.close();
        cluster.close();
    }

    private Path namespaceDir(int number) {
        return dir.resolve("kept" + number);
    }

    @Test
    void beforeTheMarkNothingIsLeftAndTheSameCommandWorks() throws Exception {
        stopIn(poll -> withAcks(poll, SnapshotAckProto.NONE), () -> is(SnapshotStateProto.CREATING));

        assertThat(registry().hasPendingRollback()).isFalse();
        await().until(() -> safety() == 0);
        assertThat(cluster.cluster.nameNode().isInSafeMode()).isFalse();
        assertThat(kept()).isEqualTo(4);
        assertPreparedAndCancelled();
    }

    @Test
    void afterTheMarkItIsCancelledAndTypedAgain() throws Exception {
        stopIn(poll -> withAcks(poll, SnapshotAckProto.PRESERVING), () -> is(SnapshotStateProto.MARKED));

        assertHalfPrepared();
    }

    @Test
    void beforeTheDataNodesAreReadyTheSame() throws Exception {
        stopIn(poll -> poll.toBuilder().setRollbackReady(false).build(), () -> is(SnapshotStateProto.MARKED));

        assertHalfPrepared();
    }

    @Test
    void withHalfOfTheNamespacesKeptTheSame() throws Exception {
        cluster.prepareRollback("s1");
        cluster.cluster.stopNameNode();
        for (Path copy : entries(namespaceDir(2))) {
            if (copy.getFileName().toString().contains("before-rollback")) {
                Files.move(copy, copy.resolveSibling(copy.getFileName() + ".building"));
            }
        }
        cluster.cluster.startNameNode();

        cancel();
        assertThat(safety()).isZero();
        assertThat(kept()).isEqualTo(4);
        assertPreparedAndCancelled();
    }

    // ---- the way there

    private void stopIn(UnaryOperator<PollRequestProto> answers, BooleanSupplier reached) {
        pollers.distort(answers);
        var preparing = CompletableFuture.supplyAsync(() -> CommandLine.run(cluster.conf, "-prepareRollback", "s1"));
        await().atMost(60, TimeUnit.SECONDS).until(reached::getAsBoolean);
        cluster.cluster.stopNameNode();
        assertThat(preparing.join().exitCode()).isEqualTo(2);
        pollers.distort(UnaryOperator.identity());
        try {
            cluster.cluster.startNameNode();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static PollRequestProto withAcks(PollRequestProto poll, SnapshotAckProto ack) {
        PollRequestProto.Builder changed = poll.toBuilder();
        changed.getSnapshotsBuilderList().forEach(report -> report.setAck(ack));
        return changed.build();
    }

    private boolean is(SnapshotStateProto state) {
        return registry().getSnapshotsList().stream()
                .anyMatch(snapshot -> snapshot.getSafety() && snapshot.getState() == state);
    }

    // ---- what is found

    private void assertHalfPrepared() throws Exception {
        assertThat(registry().hasPendingRollback()).isTrue();
        assertThat(cluster.cluster.nameNode().isInSafeMode()).isTrue();
        assertRefused("a rollback to s1 is prepared", "-prepareRollback", "s2");
        assertRefused("a rollback to s1 is prepared", "-create", "s3");
        cluster.cluster.stopNameNode();
        assertRefused("-prepareRollback was interrupted", "-rollback", "s1");
        assertRefused("a rollback to s1 is prepared, not to s2", "-rollback", "s2");
        cluster.cluster.startNameNode();

        cancel();
        assertThat(safety()).isZero();
        assertThat(kept()).isEqualTo(4);
        assertPreparedAndCancelled();
    }

    private void cancel() throws IOException {
        cluster.cancelRollback();
        assertThat(registry().hasPendingRollback()).isFalse();
        assertThat(cluster.cluster.nameNode().isInSafeMode()).isFalse();
    }

    private void assertPreparedAndCancelled() throws Exception {
        await().until(() -> cluster.cluster.nameNode().getNamesystem().getNumLiveDataNodes() == 1);
        CommandResult prepared = CommandLine.run(cluster.conf, "-prepareRollback", "s1");
        assertThat(prepared.exitCode()).as(prepared.toString()).isZero();
        cancel();
        assertThat(safety()).isEqualTo(1);
        assertThat(kept()).isEqualTo(6);
        assertThat(cluster.cluster.fileSystem().mkdirs(new org.apache.hadoop.fs.Path("/a/after")))
                .isTrue();
    }

    private void assertRefused(String reason, String... command) {
        CommandResult refused = CommandLine.run(cluster.conf, command);
        assertThat(refused.exitCode()).as(refused.toString()).isEqualTo(2);
        // What -rollback is doing comes before.
        assertThat(refused.err()
                        .strip()
                        .lines()
                        .skip(refused.err().strip().lines().count() - 1))
                .singleElement()
                .asString()
                .startsWith("RefusedException: ")
                .contains(reason);
    }

    private long safety() {
        return registry().getSnapshotsList().stream()
                .filter(SnapshotProto::getSafety)
                .count();
    }

    private RegistryProto registry() {
        try {
            return cluster.status().getRegistry();
        } catch (IOException e) {
            return RegistryProto.getDefaultInstance();
        }
    }

    /** Directories, also half made ones, in both places. */
    private int kept() throws IOException {
        return entries(namespaceDir(1)).size() + entries(namespaceDir(2)).size();
    }

    private static List<Path> entries(Path directory) throws IOException {
        try (Stream<Path> entries = Files.list(directory)) {
            return entries.toList();
        }
    }
}
