/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode;

import static java.util.Objects.requireNonNull;

import com.google.common.collect.Sets;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.volsnap.datanode.DataNodeParts.OpenedStore;
import org.volsnap.engine.SnapshotEngine;
import org.volsnap.engine.VolumeStore;
import org.volsnap.store.file.FileStoreOptions;

/**
 * The stores of one block pool, by the root of their storage volume. A storage volume whose store can't be opened goes
 * on serving live data: it gets stores that refuse everything, so that each change on it is a recorded loss. Safe for
 * many threads; opened and closed by one at a time.
 */
final class PoolVolumes implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(PoolVolumes.class);

    private final DataNodeParts parts;
    private final FileStoreOptions options;
    private final PoolTrouble trouble;
    private final ConcurrentMap<Path, OpenedStore> opened = new ConcurrentHashMap<>();
    private final ConcurrentMap<Path, VolumeStore> absent = new ConcurrentHashMap<>();

    PoolVolumes(DataNodeParts parts, FileStoreOptions options, PoolTrouble trouble) {
        this.parts = requireNonNull(parts, "parts is null");
        this.options = requireNonNull(options, "options is null");
        this.trouble = requireNonNull(trouble, "trouble is null");
    }

    /** Opens the stores of a storage volume and hands them to the engine. Never fails: trouble is noted. */
    void add(Path root, SnapshotEngine engine) {
        if (opened.containsKey(root)) {
            return;
        }
        try {
            OpenedStore store = parts.openStore(storeDirectory(root, options.pool()), options);
            try {
                engine.addVolume(store.stores());
                opened.put(root, store);
                absent.remove(root);
                trouble.volumeGone(root);
            } catch (IOException | RuntimeException e) {
                closeQuietly(root, store);
                throw e;
            }
        } catch (IOException | RuntimeException e) {
            absent.put(root, AbsentStore.on(root));
            trouble.volumeLost(root, e);
        }
    }

    /** Lets the stores of a storage volume go; nothing when there are none. */
    void remove(Path root, SnapshotEngine engine) {
        if (absent.remove(root) != null) {
            trouble.volumeGone(root);
        }
        OpenedStore store = opened.remove(root);
        if (store != null) {
            trouble.volumeGone(root);
            if (!engine.chain().isEmpty()) {
                trouble.volumeAway(root);
            }
            engine.removeVolume(store.stores());
            closeQuietly(root, store);
        }
    }

    /** Those whose stores are open or could not be opened. */
    Set<Path> roots() {
        return Sets.union(opened.keySet(), absent.keySet()).immutableCopy();
    }

    /** The stores of this storage volume; refusing ones when it has none. */
    VolumeStore stores(Path root) {
        OpenedStore store = opened.get(root);
        return store == null ? absent.getOrDefault(root, AbsentStore.on(root)) : store.stores();
    }

    /** Those that Hadoop uses, also where their stores could not be opened: a rollback is about what lies on them too. */
    Collection<PoolVolume> inService() {
        List<PoolVolume> volumes = new ArrayList<>();
        opened.forEach((root, store) -> volumes.add(new PoolVolume(root, store.stores())));
        absent.forEach((root, store) -> volumes.add(new PoolVolume(root, store)));
        return volumes;
    }

    /** To be called when the engine is closed. */
    @Override
    public void close() {
        opened.forEach(PoolVolumes::closeQuietly);
        opened.clear();
    }

    static Path storeDirectory(Path root, String blockPoolId) {
        return root.resolve("volsnap").resolve(blockPoolId);
    }

    private static void closeQuietly(Path root, OpenedStore store) {
        try {
            store.file().close();
        } catch (IOException | RuntimeException e) {
            LOG.warn("closing the snapshot store on {}", root, e);
        }
    }
}
