/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode;

import java.io.Closeable;
import org.apache.hadoop.metrics2.MetricsCollector;
import org.apache.hadoop.metrics2.MetricsException;
import org.apache.hadoop.metrics2.MetricsSource;
import org.apache.hadoop.metrics2.lib.DefaultMetricsSystem;
import org.apache.hadoop.metrics2.lib.MetricsRegistry;
import org.apache.hadoop.metrics2.lib.MutableCounterLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the NameNode's metrics say of volsnap: {@code Hadoop:service=NameNode,name=VolsnapNameNode}. */
final class NameNodeMetrics implements MetricsSource, Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(NameNodeMetrics.class);

    static final String NAME = "VolsnapNameNode";

    private final MetricsRegistry registry = new MetricsRegistry(NAME).setContext("dfs");

    private final MutableCounterLong windowSnapshots =
            registry.newCounter("WindowSnapshots", "Snapshots that the rolling window has taken", 0L);

    private final MutableCounterLong windowFailures =
            registry.newCounter("WindowFailures", "Snapshots that the rolling window could not take", 0L);

    /** Registered until it is closed; where that is not possible, everything goes on without. */
    static NameNodeMetrics register() {
        NameNodeMetrics metrics = new NameNodeMetrics();
        try {
            return DefaultMetricsSystem.instance().register(NAME, "Volume snapshots", metrics);
        } catch (MetricsException e) {
            LOG.warn("volsnap has no metrics: {}", e.getMessage());
            return metrics;
        }
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
