/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode;

import java.io.Closeable;
import org.apache.hadoop.metrics2.MetricsCollector;
import org.apache.hadoop.metrics2.MetricsSource;
import org.apache.hadoop.metrics2.lib.DefaultMetricsSystem;
import org.apache.hadoop.metrics2.lib.MetricsRegistry;
import org.apache.hadoop.metrics2.lib.MutableCounterLong;

/** What the NameNode's metrics say of volsnap: {@code Hadoop:service=NameNode,name=VolsnapNameNode}. */
final class NameNodeMetrics implements MetricsSource, Closeable {
    static final String NAME = "VolsnapNameNode";

    private final MetricsRegistry registry = new MetricsRegistry(NAME).setContext("dfs");

    private final MutableCounterLong windowSnapshots =
            registry.newCounter("WindowSnapshots", "Snapshots that the rolling window has taken", 0L);

    private final MutableCounterLong windowFailures =
            registry.newCounter("WindowFailures", "Snapshots that the rolling window could not take", 0L);

    /** Registered until it is closed. */
    static NameNodeMetrics register() {
        return DefaultMetricsSystem.instance().register(NAME, "Volume snapshots", new NameNodeMetrics());
    }

    void windowCreated() {
        windowSnapshots.incr();
    }

    void windowFailed() {
        windowFailures.incr();
    }

    @Override
    public void getMetrics(MetricsCollector collector, boolean all) {
        registry.snapshot(collector.addRecord(registry.info()), all);
    }

    @Override
    public void close() {
        DefaultMetricsSystem.instance().unregisterSource(NAME);
    }
}
