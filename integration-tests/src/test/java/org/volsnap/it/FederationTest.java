/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.volsnap.testing.ClusterBuilder;
import org.volsnap.testing.CommandResult;
import org.volsnap.testing.VolsnapCluster;

/** Two block pools on the same DataNodes: what is done to the snapshots of one leaves the other alone. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class FederationTest {
    private static final String ROOT = "/data";
    private static final String NAME = "nightly";

    @Test
    void snapshotsOfOnePoolNeverTouchTheOther(@TempDir Path dir) throws Exception {
        try (VolsnapCluster first = federation(dir).build()) {
            VolsnapCluster second = first.nameservice(1);
            Wreckage ofFirst = new Wreckage(first, 41);
            Wreckage ofSecond = new Wreckage(second, 42);
            ofFirst.fill();
            ofSecond.fill();
            FileSystemState firstThen = state(first);
            FileSystemState secondThen = state(second);
            byName(first, first, "-create", NAME);
            byName(first, second, "-create", NAME);

            ofFirst.wreck();
            assertThat(status(second)).containsPattern("Block versions: +0\\b").containsPattern("Preserved: +0\\b");
            state(second).assertSameAs(secondThen);
            ofSecond.append(Wreckage.file("kept", 0), 77_777);
            second.fileSystem().delete(Wreckage.file("kept", 2), false);
            second.waitForDeletions();
            FileSystemState secondLater = state(second);

            new Rollback(first).to(NAME);

            state(first).assertSameAs(firstThen);
            state(second).assertSameAs(secondLater);
            new Rollback(first).assertHealthy();
            new Rollback(second).assertHealthy();
            assertThat(byName(first, first, "-list").out()).contains("before-rollback-");
            assertThat(byName(first, second, "-list").out()).contains(NAME).doesNotContain("before-rollback-");

            byName(second, first, "-delete", NAME);
            assertThat(byName(first, second, "-verify", NAME).exitCode()).isZero();
            ofSecond.wreck();
            new Rollback(second).to(NAME);

            state(second).assertSameAs(secondThen);
            state(first).assertSameAs(firstThen);
            new Rollback(first).assertHealthy();
        }
    }

    /** The NameNode of another block pool says nothing about this one, so a NameNode that knows no snapshots counts. */
    @Test
    void aNameserviceWithoutThePluginIsServedBesideOneWithIt(@TempDir Path dir) throws Exception {
        try (VolsnapCluster first = federation(dir).build()) {
            VolsnapCluster second = first.nameservice(1);
            Wreckage ofFirst = new Wreckage(first, 43);
            Wreckage ofSecond = new Wreckage(second, 44);
            ofFirst.write(Wreckage.file("cut", 0), 300_000);
            first.volsnap("-create", NAME).orThrow();
            second.stopNameNode();
            second.mini().getConfiguration(1).unset("dfs.namenode.plugins");
            second.startNameNode();

            first.restartDataNodes();

            ofFirst.truncate(Wreckage.file("cut", 0), 1);
            ofSecond.write(Wreckage.file("new", 0), 300_000);
            second.fileSystem().delete(Wreckage.file("new", 0), false);
            second.waitForDeletions();
            assertThat(first.volsnap("-verify", NAME).exitCode()).isZero();
            assertThat(second.volsnap("-create", NAME).exitCode()).isEqualTo(2);
        }
    }

    private static ClusterBuilder federation(Path dir) {
        return VolsnapCluster.builder(dir).dataNodes(2).nameservices(2).set("dfs.namenode.accesstime.precision", "0");
    }

    /** As somebody whose default file system is one nameservice, and who names the other. */
    private static CommandResult byName(VolsnapCluster at, VolsnapCluster of, String... command) {
        String[] line = new String[command.length + 2];
        line[0] = "-fs";
        line[1] = of.uri();
        System.arraycopy(command, 0, line, 2, command.length);
        return at.volsnap(line).orThrow();
    }

    private static String status(VolsnapCluster cluster) {
        return cluster.volsnap("-status", NAME).orThrow().out();
    }

    private static FileSystemState state(VolsnapCluster cluster) throws IOException {
        return FileSystemState.capture(cluster.fileSystem(), ROOT);
    }
}
