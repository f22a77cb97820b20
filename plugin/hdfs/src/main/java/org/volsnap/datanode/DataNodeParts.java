/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.function.Supplier;
import org.apache.hadoop.hdfs.server.datanode.DataNode;
import org.volsnap.engine.EngineSettings;
import org.volsnap.engine.Origin;
import org.volsnap.engine.SnapshotEngine;
import org.volsnap.engine.VolumeStore;
import org.volsnap.store.file.FileStoreOptions;

/**
 * What a DataNode's snapshots are built of. The class that is configured under {@link
 * org.volsnap.conf.VolsnapKeys#DATANODE_PARTS} has a constructor without arguments; tests put fault points here.
 */
public interface DataNodeParts {
    /**
     * The stores of one block pool on one storage volume.
     *
     * @param stores not yet replayed
     * @param file closed after the engine that uses them
     */
    record OpenedStore(VolumeStore stores, Closeable file) {}

    /** Opens the stores in this directory, or makes new ones. */
    OpenedStore openStore(Path directory, FileStoreOptions options) throws IOException;

    /** The origin that the engine sees. */
    Origin origin(Origin live);

    /** An engine without storage volumes and without snapshots: both are added to it. */
    SnapshotEngine openEngine(EngineSettings settings, Origin origin) throws IOException;

    /** @param volumes the storage volumes that are in service, asked anew whenever they are needed */
    PoolFollower openFollower(DataNode dataNode, PoolControl pool, Supplier<Collection<PoolVolume>> volumes);

    /** A scanner without storage volumes: they are added to it. */
    PoolScanner openScanner(DataNode dataNode, PoolControl pool);
}
