/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode.scan;

import java.io.Closeable;
import java.util.function.IntSupplier;
import org.apache.hadoop.metrics2.MetricsCollector;
import org.apache.hadoop.metrics2.MetricsException;
import org.apache.hadoop.metrics2.MetricsSource;
import org.apache.hadoop.metrics2.lib.DefaultMetricsSystem;
import org.apache.hadoop.metrics2.lib.Interns;
import org.apache.hadoop.metrics2.lib.MetricsRegistry;
import org.apache.hadoop.metrics2.lib.MutableCounterLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What the DataNode's metrics say of a block pool's scan: {@code Hadoop:service=DataNode,name=VolsnapScan-<pool>}. */
final class ScanMetrics implements MetricsSource, Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(ScanMetrics.class);
    private static final String DAMAGED = "DamagedPieces";

    private final String name;
    private final MetricsRegistry registry;
    private final IntSupplier damaged;
    private final MutableCounterLong bytes;
    private final MutableCounterLong found;
    private final MutableCounterLong periods;

    private ScanMetrics(String blockPoolId, IntSupplier damaged) {
        this.name = "VolsnapScan-" + blockPoolId;
        this.registry = new MetricsRegistry("VolsnapScan").setContext("dfs").tag("BlockPoolId", "", blockPoolId);
        this.damaged = damaged;
        this.bytes = registry.newCounter("ScannedBytes", "Bytes that were read of what is preserved", 0L);
        this.found = registry.newCounter("DamagesFound", "Whole replicas and chunks that were found damaged", 0L);
        this.periods = registry.newCounter("PeriodsFinished", "Storage volumes that were read from end to end", 0L);
    }

    /**
     * Registered until it is closed; where that is not possible the scan goes on without.
     *
     * @param damaged how many pieces are known to be damaged now
     */
    static ScanMetrics register(String blockPoolId, IntSupplier damaged) {
        ScanMetrics metrics = new ScanMetrics(blockPoolId, damaged);
        try {
            return DefaultMetricsSystem.instance().register(metrics.name, "Scan of what is preserved", metrics);
        } catch (MetricsException e) {
            LOG.warn("{}: the scan has no metrics: {}", blockPoolId, e.getMessage());
            return metrics;
        }
    }

    void read(int count) {
        bytes.incr(count);
    }

    void damageFound() {
        found.incr();
    }

    void periodFinished() {
        periods.incr();
    }

    @Override
    public void getMetrics(MetricsCollector collector, boolean all) {
        registry.snapshot(
                collector
                        .addRecord(registry.info())
                        .addGauge(Interns.info(DAMAGED, "Pieces that are known to be damaged"), damaged.getAsInt()),
                all);
    }

    @Override
    public void close() {
        DefaultMetricsSystem.instance().unregisterSource(name);
    }
}
