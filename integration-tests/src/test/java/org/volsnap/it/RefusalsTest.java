/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.volsnap.it.Rollback.assertRefused;

import java.nio.file.Path;
import java.security.PrivilegedExceptionAction;
import java.time.Duration;
import org.apache.hadoop.security.UserGroupInformation;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.volsnap.testing.CommandResult;
import org.volsnap.testing.VolsnapCluster;

/** What a tired operator types wrong, and what somebody else may not type at all: one line each, nothing changed. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RefusalsTest {
    private VolsnapCluster cluster;

    @BeforeAll
    void start(@TempDir Path dir) throws Exception {
        cluster = VolsnapCluster.builder(dir)
                .dataNodes(1)
                .set("dfs.replication", "1")
                .set("dfs.namenode.volsnap.create.timeout", "3s")
                .build();
        cluster.volsnap("-create", "here").orThrow();
    }

    @AfterAll
    void stop() {
        cluster.close();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-create other",
                "-list",
                "-status",
                "-verify here",
                "-delete here",
                "-prepareRollback here",
                "-cancelRollback",
                "-rollback here"
            })
    void everyCommandIsRefusedToANormalUser(String line) throws Exception {
        UserGroupInformation mallory = UserGroupInformation.createRemoteUser("mallory");

        CommandResult result =
                mallory.doAs((PrivilegedExceptionAction<CommandResult>) () -> cluster.volsnap(line.split(" ")));

        assertThat(result.exitCode()).as(result.toString()).isNotZero();
        assertThat(result.err()).contains("mallory");
        assertThat(result.err().strip().lines()).hasSize(1);
        assertThat(cluster.volsnap("-list").out()).contains("here").doesNotContain("other");
    }

    @ParameterizedTest
    @ValueSource(strings = {"-status", "-verify", "-delete", "-prepareRollback"})
    void anUnknownNameIsNamed(String verb) {
        assertRefused(cluster.volsnap(verb, "nowhere"), 2, "nowhere");
    }

    @Test
    void aNameIsTakenOnce() {
        assertRefused(cluster.volsnap("-create", "here"), 2, "here");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"a/b", "a b", "", "ä", "name-of-sixty-five-characters-is-one-character-longer-than-allowed"})
    void aBadNameIsRefused(String name) {
        CommandResult result = cluster.volsnap("-create", name);

        assertThat(result.exitCode()).as(result.toString()).isNotZero();
        assertThat(result.err().strip().lines()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "-verify",
                "-delete",
                "-prepareRollback",
                "-rollback",
                "-create a b",
                "-list a",
                "-status a b",
                "-delete a b",
                "-cancelRollback a",
                "-rollback a b",
                "-noSuchVerb",
                "create"
            })
    void wrongArgumentsAreAUsageError(String line) {
        CommandResult result = cluster.volsnap(line.split(" "));

        assertThat(result.exitCode()).as(result.toString()).isEqualTo(1);
        assertThat(result.err()).isNotBlank();
        assertThat(result.out()).isEmpty();
    }

    @Test
    void nothingIsPreparedThatCouldBeCancelled() {
        CommandResult result = cluster.volsnap("-cancelRollback");

        assertThat(result.err() + result.out()).containsIgnoringCase("no rollback");
    }

    @Test
    void rollbackWantsTheNameNodeStopped() {
        CommandResult result = cluster.volsnap("-rollback", "here");

        assertThat(result.exitCode()).as(result.toString()).isNotZero();
        assertThat(result.err()).contains(cluster.nameDirs().get(0).toString());
        assertThat(result.err().strip().lines()).hasSize(1);
    }

    @Test
    void safeModeIsSaid() throws Exception {
        cluster.fileSystem().setSafeMode(org.apache.hadoop.fs.SafeModeAction.ENTER);
        try {
            assertRefused(cluster.volsnap("-create", "inSafeMode"), 2, "afe mode");
            assertRefused(cluster.volsnap("-delete", "here"), 2, "afe mode");
        } finally {
            cluster.fileSystem().setSafeMode(org.apache.hadoop.fs.SafeModeAction.LEAVE);
        }
        assertThat(cluster.volsnap("-list").out()).contains("here").doesNotContain("inSafeMode");
    }

    @Test
    void aNameNodeThatIsDownIsSaidWithinSeconds(@TempDir Path dir) throws Exception {
        try (VolsnapCluster down = VolsnapCluster.builder(dir).dataNodes(1).build()) {
            down.stopNameNode();
            long start = System.nanoTime();

            CommandResult result = down.volsnap("-list");

            assertThat(result.exitCode()).isEqualTo(2);
            assertThat(result.err().strip().lines()).hasSize(1);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(60));
        }
    }

    @Test
    void aDataNodeWithoutThePluginStopsACreateAndIsNamed(@TempDir Path dir) throws Exception {
        try (VolsnapCluster mixed = VolsnapCluster.builder(dir)
                .dataNodes(1)
                .set("dfs.namenode.volsnap.create.timeout", "3s")
                .build()) {
            var stock = mixed.configuration();
            stock.unset("dfs.datanode.fsdataset.factory");
            mixed.mini().startDataNodes(stock, 1, true, null, null);
            mixed.mini().waitActive();

            CommandResult result = mixed.volsnap("-create", "mixed");

            assertThat(result.exitCode()).as(result.toString()).isEqualTo(2);
            assertThat(result.err())
                    .contains(String.valueOf(mixed.dataNodes().get(1).getXferPort()));
            assertThat(mixed.volsnap("-list").out()).doesNotContain("mixed");
            assertThat(mixed.fileSystem().mkdirs(new org.apache.hadoop.fs.Path("/still-works")))
                    .isTrue();
        }
    }
}
