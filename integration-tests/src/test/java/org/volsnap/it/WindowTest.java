/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import org.apache.hadoop.hdfs.protocol.HdfsConstants.SafeModeAction;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.volsnap.conf.VolsnapKeys;
import org.volsnap.testing.VolsnapCluster;
import org.volsnap.testing.VolsnapHaCluster;

/** A rolling window of seconds on a pair of NameNodes. The cases follow one another on one cluster. */
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class WindowTest {
    private static final Duration SOON = Duration.ofSeconds(90);
    private static final Pattern NAME = Pattern.compile("window-\\d{8}-\\d{6}Z");
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("'window-'yyyyMMdd-HHmmss'Z'").withZone(ZoneOffset.UTC);

    private static VolsnapHaCluster cluster;

    @BeforeAll
    static void start(@TempDir Path dir) throws IOException {
        cluster = VolsnapCluster.builder(dir)
                .dataNodes(1)
                .storageVolumes(1)
                .set("dfs.replication", "1")
                .set(VolsnapKeys.WINDOW, "6s")
                .set(VolsnapKeys.WINDOW_INTERVAL, "2s")
                .buildHa();
    }

    @AfterAll
    static void stop() {
        cluster.close();
    }

    @Test
    @Order(1)
    void snapshotsComeAndGoAndTheOperatorsStays() {
        String first = awaitNewerThan("");
        cluster.volsnap("-create", "mine").orThrow();
        assertThat(cluster.volsnap("-status", first).orThrow().out()).contains("(rolling window)");

        VolsnapCluster.waitFor("the end of " + first, SOON, () -> !names().contains(first));

        awaitNewerThan(first);
        assertThat(list()).contains(" mine ");
        assertThat(cluster.volsnap("-status").orThrow().out()).contains("Window:     6s by 2s, last one ");
        VolsnapCluster.waitFor("the metric", SOON, () -> metric("WindowSnapshots") >= 2);
    }

    @Test
    @Order(2)
    void nothingIsTakenAndNothingDeletedInSafeMode() throws IOException {
        safeMode(SafeModeAction.SAFEMODE_ENTER);
        List<String> before = names();
        VolsnapCluster.waitFor("time to pass", SOON, () -> ageOfNewest(before).compareTo(Duration.ofSeconds(5)) > 0);

        assertThat(names()).isEqualTo(before);

        safeMode(SafeModeAction.SAFEMODE_LEAVE);
        awaitNewerThan(before.get(before.size() - 1));
    }

    @Test
    @Order(3)
    void theOtherNameNodeGoesOnWithTheSameWindow() throws IOException {
        List<String> before = names();
        cluster.failOver(0, 1);

        String next = awaitNewerThan(before.get(before.size() - 1));

        VolsnapCluster.waitFor(
                "the end of what the other one took",
                SOON,
                () -> names().stream().noneMatch(before::contains));
        assertThat(awaitNewerThan(next)).isNotEmpty();
        assertThat(list()).contains(" mine ");
    }

    /** Returns the newest one's name. */
    private static String awaitNewerThan(String name) {
        VolsnapCluster.waitFor(
                "a snapshot after " + name,
                SOON,
                () -> names().stream().anyMatch(candidate -> candidate.compareTo(name) > 0));
        return names().get(names().size() - 1);
    }

    /** Those of the window that are whole, in the order of their names. */
    private static List<String> names() {
        return List.copyOf(new TreeSet<>(list().lines()
                .filter(line -> line.contains(" ACTIVE "))
                .flatMap(line -> NAME.matcher(line).results())
                .map(MatchResult::group)
                .toList()));
    }

    private static String list() {
        return cluster.volsnap("-list").orThrow().out();
    }

    private static Duration ageOfNewest(List<String> names) {
        Instant taken = TIME.parse(names.get(names.size() - 1), Instant::from);
        return Duration.between(taken, Instant.now());
    }

    /** Of the first NameNode: a client that is to set it may turn to either. */
    private static void safeMode(SafeModeAction action) throws IOException {
        cluster.nameNode(0).getRpcServer().setSafeMode(action, false);
    }

    /** Of both NameNodes together; Hadoop gives out what it has read some seconds ago. */
    private static long metric(String name) {
        MBeanServer beans = ManagementFactory.getPlatformMBeanServer();
        try {
            long sum = 0;
            for (ObjectName bean : beans.queryNames(new ObjectName("Hadoop:name=VolsnapNameNode*,*"), null)) {
                sum += ((Number) beans.getAttribute(bean, name)).longValue();
            }
            return sum;
        } catch (JMException e) {
            throw new AssertionError(e);
        }
    }
}
