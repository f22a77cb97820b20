/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.crash;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.volsnap.testing.DaemonKind;
import org.volsnap.testing.DaemonProcess;
import org.volsnap.testing.ProcessCluster;

/** Ends processes, at once or at a fault point, and starts them again after a while. Kills one at a time. */
final class Killer {
    /** So long a process that was told to end at a point may take to get there. */
    private static final int AT_POINT_SECONDS = 4;

    private final ProcessCluster cluster;
    private final Random random;
    private final Consumer<String> report;
    private final AtomicInteger kills = new AtomicInteger();

    Killer(ProcessCluster cluster, long seed, Consumer<String> report) {
        this.cluster = cluster;
        this.random = new Random(seed);
        this.report = report;
    }

    int kills() {
        return kills.get();
    }

    /** Somebody else has ended a process. */
    void count(String what) {
        report.accept("kill " + kills.incrementAndGet() + ": " + what);
    }

    /** Any process, and sometimes a second one at once; returns when all are started again. */
    synchronized void killAnything() throws IOException {
        List<DaemonProcess> all = cluster.daemons();
        List<DaemonProcess> victims = new ArrayList<>(List.of(all.get(random.nextInt(all.size()))));
        if (random.nextInt(6) == 0) {
            DaemonProcess second = all.get(random.nextInt(all.size()));
            if (second != victims.get(0)) {
                victims.add(second);
            }
        }
        for (DaemonProcess victim : victims) {
            kill(victim, pointsOfChanges(victim));
        }
        Pause.millis(random.nextInt(1500));
        start(victims);
    }

    /** @throws AssertionError when others have ended too: nobody has killed them */
    private void start(List<DaemonProcess> victims) throws IOException {
        for (DaemonProcess each : cluster.daemons()) {
            if (!each.isAlive() && !victims.contains(each)) {
                throw new AssertionError(each + " has ended by itself");
            }
        }
        cluster.startStopped();
    }

    private static List<String> pointsOfChanges(DaemonProcess victim) {
        return victim.kind() == DaemonKind.DATANODE ? HaltingAtPoints.OF_CHANGES : RegistryWatch.OF_CHANGES;
    }

    /** A DataNode, where it applies a rollback. */
    synchronized void killRollingBack() throws IOException {
        List<DaemonProcess> all = cluster.dataNodes();
        DaemonProcess victim = all.get(random.nextInt(all.size()));
        kill(victim, HaltingAtPoints.OF_ROLLBACKS);
        Pause.millis(random.nextInt(500));
        start(List.of(victim));
    }

    /** A DataNode, or the NameNode as it enters safe mode, while a rollback is prepared. */
    synchronized void killPreparing() throws IOException {
        if (random.nextBoolean()) {
            killNameNode(List.of("CREATING", "MARKED", "PENDING"));
        } else {
            killRollingBack();
        }
    }

    /** The NameNode, at one of these points. */
    synchronized void killNameNode(List<String> points) throws IOException {
        kill(cluster.nameNode(), points);
        Pause.millis(random.nextInt(500));
        start(List.of(cluster.nameNode()));
    }

    /** At one of these points, or just so. */
    private void kill(DaemonProcess victim, List<String> points) throws IOException {
        if (!victim.isAlive()) {
            return;
        }
        boolean atPoint = victim.kind() != DaemonKind.JOURNALNODE && random.nextInt(3) > 0;
        String point = points.get(random.nextInt(points.size()));
        int times = victim.kind() == DaemonKind.DATANODE ? 1 + random.nextInt(6) : 1;
        Pause.millis(random.nextInt(1000));
        if (atPoint) {
            victim.arm(point, times);
            atPoint = victim.awaitEnd(AT_POINT_SECONDS);
        }
        victim.kill();
        count(victim.name() + (atPoint ? " " + point + " (" + times + ")" : ""));
    }

    /** Sleeps for a time that the seed gives. */
    void rest(int atMostMillis) {
        Pause.millis(random.nextInt(atMostMillis));
    }

    boolean oneIn(int count) {
        return random.nextInt(count) == 0;
    }
}
