/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.function.Supplier;
import org.apache.hadoop.hdfs.server.datanode.DataNode;
import org.volsnap.datanode.registry.RegistryFollower;
import org.volsnap.datanode.scan.VolumeScans;
import org.volsnap.engine.CowEngine;
import org.volsnap.engine.EngineSettings;
import org.volsnap.engine.Origin;
import org.volsnap.engine.SnapshotEngine;
import org.volsnap.engine.VolumeStore;
import org.volsnap.store.file.FileStore;
import org.volsnap.store.file.FileStoreOptions;

/** What a DataNode is built of in production. */
public class DefaultDataNodeParts implements DataNodeParts {
    @Override
    public OpenedStore openStore(Path directory, FileStoreOptions options) throws IOException {
        FileStore store = FileStore.open(directory, options);
        return new OpenedStore(new VolumeStore(store.exceptions(), store.replicas()), store);
    }

    @Override
    public Origin origin(Origin live) {
        return live;
    }

    @Override
    public SnapshotEngine openEngine(EngineSettings settings, Origin origin) throws IOException {
        return CowEngine.open(settings, origin, List.of(), List.of());
    }

    @Override
    public PoolFollower openFollower(DataNode dataNode, PoolControl pool, Supplier<Collection<PoolVolume>> volumes) {
        return new RegistryFollower(dataNode, pool, volumes);
    }

    @Override
    public PoolScanner openScanner(DataNode dataNode, PoolControl pool) {
        return VolumeScans.open(dataNode.getConf(), pool);
    }
}
