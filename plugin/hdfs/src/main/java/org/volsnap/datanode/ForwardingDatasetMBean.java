/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import org.apache.hadoop.hdfs.server.datanode.metrics.FSDatasetMBean;
import org.apache.hadoop.metrics2.MetricsCollector;

/** Hands the figures of Hadoop's dataset on. */
abstract class ForwardingDatasetMBean implements FSDatasetMBean {
    private final FSDatasetMBean delegate;

    ForwardingDatasetMBean(FSDatasetMBean delegate) {
        this.delegate = requireNonNull(delegate, "delegate is null");
    }

    @Override
    public long getDfsUsed() throws IOException {
        return delegate.getDfsUsed();
    }

    @Override
    public long getBlockPoolUsed(String blockPoolId) throws IOException {
        return delegate.getBlockPoolUsed(blockPoolId);
    }

    @Override
    public long getCapacity() throws IOException {
        return delegate.getCapacity();
    }

    @Override
    public long getRemaining() throws IOException {
        return delegate.getRemaining();
    }

    @Override
    public String getStorageInfo() {
        return delegate.getStorageInfo();
    }

    @Override
    public int getNumFailedVolumes() {
        return delegate.getNumFailedVolumes();
    }

    @Override
    public String[] getFailedStorageLocations() {
        return delegate.getFailedStorageLocations();
    }

    @Override
    public long getLastVolumeFailureDate() {
        return delegate.getLastVolumeFailureDate();
    }

    @Override
    public long getEstimatedCapacityLostTotal() {
        return delegate.getEstimatedCapacityLostTotal();
    }

    @Override
    public long getCacheUsed() {
        return delegate.getCacheUsed();
    }

    @Override
    public long getCacheCapacity() {
        return delegate.getCacheCapacity();
    }

    @Override
    public long getNumBlocksCached() {
        return delegate.getNumBlocksCached();
    }

    @Override
    public long getNumBlocksFailedToCache() {
        return delegate.getNumBlocksFailedToCache();
    }

    @Override
    public long getNumBlocksFailedToUncache() {
        return delegate.getNumBlocksFailedToUncache();
    }

    @Override
    public long getLastDirScannerFinishTime() {
        return delegate.getLastDirScannerFinishTime();
    }

    @Override
    public long getPendingAsyncDeletions() {
        return delegate.getPendingAsyncDeletions();
    }

    @Override
    public void getMetrics(MetricsCollector collector, boolean all) {
        delegate.getMetrics(collector, all);
    }
}
