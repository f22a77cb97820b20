/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.it;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;
import org.apache.hadoop.hdfs.server.datanode.DataNode;
import org.volsnap.datanode.DefaultDataNodeParts;
import org.volsnap.datanode.PoolControl;
import org.volsnap.datanode.PoolFollower;
import org.volsnap.datanode.PoolVolume;
import org.volsnap.store.ExceptionStore;
import org.volsnap.store.file.FileStoreOptions;

/** The parts of production, within reach of a test. */
public final class ObservedParts extends DefaultDataNodeParts {
    static final List<PoolControl> POOLS = new CopyOnWriteArrayList<>();
    private static final List<ExceptionStore> STORES = new CopyOnWriteArrayList<>();

    static void reset() {
        POOLS.clear();
        STORES.clear();
    }

    /** Bytes of chunks and records that the stores of all DataNodes hold; without hard links. */
    static long storedBytes() {
        return STORES.stream().mapToLong(store -> store.usage().liveBytes()).sum();
    }

    static long completed() {
        return POOLS.stream()
                .mapToLong(pool -> pool.engine().status().completed())
                .sum();
    }

    @Override
    public OpenedStore openStore(Path directory, FileStoreOptions options) throws IOException {
        OpenedStore opened = super.openStore(directory, options);
        STORES.add(opened.stores().exceptions());
        return opened;
    }

    @Override
    public PoolFollower openFollower(DataNode dataNode, PoolControl pool, Supplier<Collection<PoolVolume>> volumes) {
        POOLS.add(pool);
        return super.openFollower(dataNode, pool, volumes);
    }
}
