/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.hadoop.hdfs.server.datanode.DataNode;
import org.jspecify.annotations.Nullable;
import org.volsnap.engine.EngineSettings;
import org.volsnap.engine.Origin;
import org.volsnap.engine.SnapshotEngine;
import org.volsnap.store.StoreException;
import org.volsnap.store.file.FileStoreOptions;

/** Parts of a DataNode that note what is asked of them; all in one list of events, in the order of the calls. */
final class TestParts implements DataNodeParts {
    final RecordingEngine engine = new RecordingEngine();
    final List<String> events = engine.events;
    final Set<Path> badDirectories = new HashSet<>();

    final Queue<IOException> registryTrouble = new ArrayDeque<>();

    @Nullable
    IOException notServing;

    @Override
    public OpenedStore openStore(Path directory, FileStoreOptions options) throws IOException {
        if (badDirectories.contains(directory)) {
            throw new StoreException("damaged: " + directory);
        }
        return new OpenedStore(AbsentStore.on(directory), () -> events.add("store closed"));
    }

    @Override
    public Origin origin(Origin live) {
        return live;
    }

    @Override
    public SnapshotEngine openEngine(EngineSettings settings, Origin origin) {
        return engine;
    }

    @Override
    public PoolFollower openFollower(DataNode dataNode, PoolControl pool, Supplier<Collection<PoolVolume>> volumes) {
        return new PoolFollower() {
            @Override
            public void beforeScan() throws IOException {
                events.add("before scan");
                IOException trouble = registryTrouble.poll();
                if (trouble != null) {
                    throw trouble;
                }
            }

            @Override
            public void afterScan() {
                events.add("after scan");
            }

            @Override
            public void volumesRemoved() {
                events.add("volumes removed");
            }

            @Override
            public void confirmBeforeReport() throws IOException {
                checkServing();
            }

            @Override
            public void checkServing() throws IOException {
                if (notServing != null) {
                    throw notServing;
                }
            }

            @Override
            public void close() {
                events.add("follower closed");
            }
        };
    }

    @Override
    public PoolScanner openScanner(DataNode dataNode, PoolControl pool) {
        return PoolScanner.NONE;
    }
}
