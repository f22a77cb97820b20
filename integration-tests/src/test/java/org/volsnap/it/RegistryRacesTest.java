/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.volsnap.protocol.proto.VolsnapProtos.RegistryProto;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotProto;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotStateProto;
import org.volsnap.testing.CommandResult;
import org.volsnap.testing.VolsnapCluster;

/**
 * Two operators at once, and a NameNode that stops in the middle. Whatever comes of it, a snapshot is there as a whole
 * or not at all, and the one that was there before keeps all it has. DataNodes poll seldom, so that each state lasts.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RegistryRacesTest {
    private static final org.apache.hadoop.fs.Path ROOT = new org.apache.hadoop.fs.Path("/");
    private static final org.apache.hadoop.fs.Path PRESERVED = new org.apache.hadoop.fs.Path("/data/preserved");
    private static final String KEPT = "kept";

    private VolsnapCluster cluster;
    private FileSystemState then;

    @BeforeAll
    void start(@TempDir Path dir) throws IOException {
        cluster = VolsnapCluster.builder(dir)
                .dataNodes(2)
                .storageVolumes(1)
                .set("dfs.namenode.accesstime.precision", "0")
                .set("dfs.namenode.volsnap.poll.interval", "400ms")
                .build();
        Wreckage wreckage = new Wreckage(cluster, 91);
        wreckage.write(PRESERVED, 300_000);
        then = FileSystemState.capture(cluster.fileSystem(), "/data");
        cluster.volsnap("-create", KEPT).orThrow();
        wreckage.append(PRESERVED, 1000);
        cluster.fileSystem().delete(PRESERVED, false);
        cluster.waitForDeletions();
    }

    @AfterAll
    void stop() {
        cluster.close();
    }

    // ---- two operators

    @RepeatedTest(2)
    void ofTwoCreatesOfOneNameOneSucceeds() throws Exception {
        List<CommandResult> results = atOnce(List.of("-create", "twin"), List.of("-create", "twin"));

        assertThat(results).filteredOn(result -> result.exitCode() == 0).hasSize(1);
        assertThat(results)
                .filteredOn(result -> result.exitCode() == 2)
                .singleElement()
                .satisfies(result -> assertThat(result.err()).containsPattern("is running; try again|exists"));
        assertWhole("twin");
        deleteNow("twin");
    }

    @Test
    void ofTwoCreatesOfTwoNamesEachIsWholeOrRefused() throws Exception {
        List<CommandResult> results = atOnce(List.of("-create", "one"), List.of("-create", "other"));

        assertThat(results).anyMatch(result -> result.exitCode() == 0);
        for (String name : List.of("one", "other")) {
            if (results.get(name.equals("one") ? 0 : 1).exitCode() == 0) {
                assertWhole(name);
                deleteNow(name);
            } else {
                assertGone(name);
            }
        }
    }

    @RepeatedTest(2)
    void aCreateAndADeleteDoNotDisturbEachOther() throws Exception {
        cluster.volsnap("-create", "going").orThrow();

        List<CommandResult> results = atOnce(List.of("-delete", "going"), List.of("-create", "coming"));

        assertThat(results).anyMatch(result -> result.exitCode() == 0);
        assertThat(results)
                .filteredOn(result -> result.exitCode() != 0)
                .allSatisfy(result -> assertThat(result.err()).contains("is running; try again"));
        if (results.get(1).exitCode() != 0) {
            cluster.volsnap("-create", "coming").orThrow();
        }
        deleteNow("going");
        assertWhole("coming");
        deleteNow("coming");
    }

    @Test
    void aTargetIsNotDeletedUnderAPreparation() throws Exception {
        cluster.volsnap("-create", "target").orThrow();

        List<CommandResult> results = atOnce(List.of("-prepareRollback", "target"), List.of("-delete", "target"));

        assertThat(results).filteredOn(result -> result.exitCode() == 0).hasSize(1);
        cluster.volsnap("-cancelRollback").orThrow();
        assertKept();
        deleteNow("target");
    }

    private List<CommandResult> atOnce(List<String> one, List<String> other) {
        CompletableFuture<CommandResult> second =
                CompletableFuture.supplyAsync(() -> cluster.volsnap(other.toArray(String[]::new)));
        CommandResult first = cluster.volsnap(one.toArray(String[]::new));
        return List.of(first, second.join());
    }

    // ---- a NameNode that stops

    @ParameterizedTest
    @EnumSource(
            value = SnapshotStateProto.class,
            names = {"CREATING", "MARKED"})
    void aNameNodeThatStopsInACreateLeavesAWholeSnapshotOrNone(SnapshotStateProto state) throws Exception {
        var creating = CompletableFuture.supplyAsync(() -> cluster.volsnap("-create", "cut-short"));
        awaitState("cut-short", state);

        restartNameNode();

        if (creating.join().exitCode() == 0 || isActive("cut-short")) {
            // It came to its end before the NameNode did.
            assertWhole("cut-short");
            deleteNow("cut-short");
        } else {
            assertGone("cut-short");
        }
        assertKept();
        cluster.volsnap("-create", "cut-short").orThrow();
        assertWhole("cut-short");
        deleteNow("cut-short");
    }

    @Test
    void aNameNodeThatStopsInADeleteGoesOnWithIt() throws Exception {
        cluster.volsnap("-create", "going").orThrow();
        cluster.volsnap("-delete", "going").orThrow();

        restartNameNode();

        VolsnapCluster.waitFor(
                "the end of the deletion",
                Duration.ofSeconds(60),
                () -> find("going").isEmpty());
        assertGone("going");
        assertKept();
    }

    @Test
    void aNameNodeThatStopsInAPreparationLeavesOneThatCanBeCancelled() throws Exception {
        var preparing = CompletableFuture.supplyAsync(() -> cluster.volsnap("-prepareRollback", KEPT));
        VolsnapCluster.waitFor(
                "the mark", Duration.ofSeconds(60), () -> registry().hasPendingRollback());

        cluster.stopNameNode();
        cluster.startNameNode();

        assertThat(registry().hasPendingRollback())
                .as("whether or not %s came to its end", preparing.join())
                .isTrue();
        cluster.volsnap("-cancelRollback").orThrow();
        cluster.waitActive();
        assertThat(registry().hasPendingRollback()).isFalse();
        assertKept();
        for (SnapshotProto safety : registry().getSnapshotsList()) {
            if (safety.getSafety()) {
                assertWhole(safety.getName());
                deleteNow(safety.getName());
            }
        }
    }

    @Test
    void aRollbackInTheMiddleOfADeleteEndsBoth() throws Exception {
        cluster.volsnap("-create", "going").orThrow();
        FileSystemState now = FileSystemState.capture(cluster.fileSystem(), "/data");
        cluster.volsnap("-delete", "going").orThrow();

        String safety = new Rollback(cluster).toWithRunningDataNodes(KEPT);

        FileSystemState.capture(cluster.fileSystem(), "/data").assertSameAs(then);
        VolsnapCluster.waitFor(
                "the end of the deletion",
                Duration.ofSeconds(60),
                () -> find("going").isEmpty());
        assertGone("going");
        assertKept();
        new Rollback(cluster).toWithRunningDataNodes(safety);
        FileSystemState.capture(cluster.fileSystem(), "/data").assertSameAs(now);
    }

    private void restartNameNode() throws IOException {
        cluster.restartNameNode();
        cluster.waitActive();
    }

    /** Or a later state: on a slow machine one can pass between two looks. */
    private void awaitState(String name, SnapshotStateProto state) {
        VolsnapCluster.waitFor(
                name + " to be " + state,
                Duration.ofSeconds(60),
                () -> find(name)
                        .filter(snapshot -> snapshot.getState().getNumber() >= state.getNumber())
                        .isPresent());
    }

    private boolean isActive(String name) {
        return find(name)
                .filter(snapshot -> snapshot.getState() == SnapshotStateProto.ACTIVE)
                .isPresent();
    }

    // ---- what must hold

    private void assertWhole(String name) throws IOException {
        assertThat(isActive(name)).as("%s", find(name)).isTrue();
        cluster.volsnap("-verify", name).orThrow();
        assertThat(namespaces(name)).hasSize(1);
        assertKept();
    }

    /** Not even half of it: neither in the list, nor on the NameNode's disk. */
    private void assertGone(String name) {
        VolsnapCluster.waitFor(
                "nothing of " + name,
                Duration.ofSeconds(60),
                () -> find(name).isEmpty() && namespaces(name).isEmpty());
        assertThat(registry().getDeletedList()).isNotEmpty();
    }

    private void assertKept() {
        assertThat(cluster.volsnap("-verify", KEPT).orThrow().out()).contains("0 files not readable");
    }

    private void deleteNow(String name) {
        VolsnapCluster.waitFor("the deletion of " + name, Duration.ofSeconds(60), () -> {
            cluster.volsnap("-delete", name);
            return find(name).isEmpty();
        });
        assertGone(name);
    }

    private Optional<SnapshotProto> find(String name) {
        return registry().getSnapshotsList().stream()
                .filter(snapshot -> snapshot.getName().equals(name))
                .findFirst();
    }

    private RegistryProto registry() {
        try {
            return RegistryProto.parseFrom(cluster.fileSystem().getXAttr(ROOT, "trusted.volsnap.registry"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<String> namespaces(String name) {
        try (Stream<Path> kept = Files.list(cluster.baseDir().resolve("volsnap-namespace"))) {
            return kept.map(directory -> directory.getFileName().toString())
                    .filter(directory -> directory.replaceFirst("^\\d+-", "").startsWith(name))
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
