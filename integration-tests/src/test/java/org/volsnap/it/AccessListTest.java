/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivilegedExceptionAction;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.hdfs.tools.DFSAdmin;
import org.apache.hadoop.security.UserGroupInformation;
import org.apache.hadoop.util.ToolRunner;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.volsnap.testing.CommandResult;
import org.volsnap.testing.VolsnapCluster;

/** {@code hadoop.security.authorization} is on: the access list decides who may connect, superuser or not. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AccessListTest {
    private static final String POLICY = "volsnap-test-policy.xml";
    private static final String POLICY_KEY = "hadoop.policy.file";
    private static final Duration SOON = Duration.ofSeconds(20);
    private static final Duration LEASE = Duration.ofSeconds(10);
    private static final int REFRESHES = 6;

    private final ClassLoader classPath = Thread.currentThread().getContextClassLoader();
    private String operator;
    private Path policies;
    private VolsnapCluster cluster;

    /** The policy is read from the class path, as a daemon reads it from its configuration directory. */
    @BeforeAll
    void start(@TempDir Path dir) throws Exception {
        operator = UserGroupInformation.getCurrentUser().getShortUserName();
        policies = Files.createDirectory(dir.resolve("conf"));
        Thread.currentThread()
                .setContextClassLoader(
                        new URLClassLoader(new URL[] {policies.toUri().toURL()}, classPath));
        System.setProperty(POLICY_KEY, POLICY);
        allow(operator);
        cluster = VolsnapCluster.builder(dir)
                .dataNodes(2)
                .storageVolumes(1)
                .set("dfs.replication", "2")
                .set("hadoop.security.authorization", "true")
                .set("dfs.namenode.volsnap.lease", LEASE.toSeconds() + "s")
                .build();
    }

    @AfterAll
    void stop() {
        cluster.close();
        System.clearProperty(POLICY_KEY);
        Thread.currentThread().setContextClassLoader(classPath);
    }

    @BeforeEach
    void onlyTheOperator() throws Exception {
        allow(operator);
        refresh();
        await().atMost(SOON).until(() -> list(operator).exitCode() == 0);
    }

    @Test
    void whoIsInTheListMay() {
        assertThat(list(operator).exitCode()).isZero();
        assertFollowing();
    }

    @Test
    void whoIsNotInTheListGetsOneLine() {
        CommandResult refused = list("carol");

        assertThat(refused.exitCode()).as(refused.toString()).isEqualTo(2);
        assertThat(refused.err())
                .contains(
                        "AuthorizationException", "carol", "not authorized", "org.volsnap.protocol.VolsnapProtocolPB");
        assertThat(refused.err().strip().lines()).hasSize(1);
        assertThat(refused.out()).isEmpty();
    }

    @Test
    void aRefreshReadsTheListThatIsOnDiskNow() throws Exception {
        allow(operator + ",carol");
        assertThat(list("carol").exitCode()).isEqualTo(2);

        refresh();

        await().atMost(SOON).until(() -> list("carol").exitCode() == 0);
        assertThat(list(operator).exitCode()).isZero();

        allow(operator);
        refresh();
        await().atMost(SOON).until(() -> list("carol").exitCode() == 2);
        await().atMost(SOON).until(() -> list(operator).exitCode() == 0);
        assertThat(list("carol").exitCode()).isEqualTo(2);
    }

    /** Hadoop's refresh throws the list away; until it is back nobody gets in, also who was never in it. */
    @Test
    void nobodyGetsInBetweenARefreshAndTheListsReturn() {
        await().atMost(Duration.ofSeconds(60)).until(() -> {
            refresh();
            CommandResult early = list(operator);
            assertThat(list("carol").exitCode()).isEqualTo(2);
            assertFollowing();
            return early.exitCode() == 2 && early.err().contains("VolsnapProtocolPB is not known");
        });

        await().atMost(SOON).until(() -> list(operator).exitCode() == 0);
    }

    /** Longer than the lease: a DataNode that could not poll would be seen. */
    @Test
    void dataNodesFollowAllTheTime() throws Exception {
        int refreshes = 0;
        long end = System.nanoTime() + LEASE.plusSeconds(2).toNanos();
        while (System.nanoTime() - end < 0 || refreshes < REFRESHES) {
            refresh();
            refreshes++;
            await().atMost(SOON).until(() -> list(operator).exitCode() == 0);
            assertFollowing();
        }

        cluster.volsnap("-create", "after").orThrow();
        assertThat(cluster.volsnap("-status", "after").orThrow().out()).contains("ACTIVE");
    }

    private void assertFollowing() {
        await().atMost(SOON)
                .ignoreExceptionsInstanceOf(IllegalStateException.class)
                .untilAsserted(() -> {
                    String status = cluster.volsnap("-status").orThrow().out();
                    assertThat(status.lines().filter(line -> line.contains("FOLLOWING")))
                            .as(status)
                            .hasSize(2);
                    assertThat(status).doesNotContain("SILENT", "UNKNOWN", "NO_PLUGIN");
                });
    }

    /** As a superuser who has just logged in: connections that are open already are not asked about. */
    private CommandResult list(String user) {
        try {
            return UserGroupInformation.createUserForTesting(user, new String[] {"supergroup"})
                    .doAs((PrivilegedExceptionAction<CommandResult>) () -> cluster.volsnap("-list"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private void allow(String users) throws IOException {
        Files.writeString(
                policies.resolve(POLICY),
                "<configuration><property><name>security.volsnap.protocol.acl</name><value>" + users
                        + "</value></property></configuration>");
    }

    private void refresh() throws Exception {
        assertThat(ToolRunner.run(new DFSAdmin(cluster.configuration()), new String[] {"-refreshServiceAcl"}))
                .isZero();
    }
}
