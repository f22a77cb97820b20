/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.volsnap.model.VersionHeader;
import org.volsnap.store.ChunkLocation;
import org.volsnap.store.ExceptionStore;
import org.volsnap.store.StoreRecord;

/** Puts together what one store holds, from its records in commit order. Used by one thread. */
final class StoreLoader implements ExceptionStore.Replay {
    private static final Logger LOG = LoggerFactory.getLogger(StoreLoader.class);

    private final AttachedStore store;
    private final Map<Long, LoadedVersion> versions = new TreeMap<>();
    private final Map<Long, LoadedBase> bases = new HashMap<>();
    private long highestNumber;
    private boolean damaged;

    private StoreLoader(AttachedStore store) {
        this.store = store;
    }

    /** Replays a store. */
    static StoreLoader read(AttachedStore store) throws IOException {
        StoreLoader loader = new StoreLoader(store);
        store.exceptions().replay(loader);
        LOG.info("{} holds {} versions", store, loader.versions.size());
        return loader;
    }

    Map<Long, LoadedVersion> versions() {
        return versions;
    }

    Map<Long, LoadedBase> bases() {
        return bases;
    }

    /** No number or sequence that this store has seen is higher. */
    long highestNumber() {
        return highestNumber;
    }

    @Override
    public void record(StoreRecord record) {
        if (record instanceof StoreRecord.VersionPreserved preserved) {
            preserved(preserved.header());
        } else if (record instanceof StoreRecord.BaseChanged changed) {
            seen(changed.sequence());
            bases.merge(changed.lineage(), new LoadedBase(changed.base(), changed.sequence()), LoadedBase::newer);
        } else if (record instanceof StoreRecord.VersionHandedDown handed) {
            with(handed.version(), version -> version.handDown(handed.owner(), handed.carrier()));
        } else if (record instanceof StoreRecord.VersionLost lost) {
            with(lost.version(), version -> lose(version, lost.reason()));
        } else if (record instanceof StoreRecord.ChunksFreed freed) {
            with(freed.version(), version -> version.freeChunks(freed.chunks()));
        } else if (record instanceof StoreRecord.VersionFreed freed) {
            seen(freed.version());
            versions.remove(freed.version());
        } else if (record instanceof StoreRecord.LineageFreed freed) {
            bases.remove(freed.lineage());
        }
    }

    private void preserved(VersionHeader header) {
        seen(header.number());
        versions.putIfAbsent(header.number(), new LoadedVersion(Version.preserved(header, store)));
    }

    /** After damage a version before it in the lineage may have counted on chunks that are gone with this one. */
    private void lose(LoadedVersion lost, String reason) {
        lost.lose(reason);
        if (damaged) {
            long lineage = lost.version().header().lineage();
            versions.values().stream()
                    .filter(other -> other.number() < lost.number()
                            && other.version().header().lineage() == lineage)
                    .forEach(other -> other.lose(reason));
        }
    }

    @Override
    public void chunk(long version, long chunk, ChunkLocation location, int dataLengthBytes) {
        with(version, holder -> holder.putChunk(chunk, location.value()));
    }

    @Override
    public void damaged(String fileAndOffset, String reason) {
        LOG.error("{} is damaged at {}: {}", store, fileAndOffset, reason);
        damaged = true;
    }

    private void seen(long number) {
        highestNumber = Math.max(highestNumber, number);
    }

    private interface Step {
        void apply(LoadedVersion version);
    }

    /** What a record says of a version that was freed or never came is of no account. */
    private void with(long number, Step step) {
        LoadedVersion version = versions.get(number);
        if (version == null) {
            LOG.debug("{} has a record of version {}, which it does not hold", store, number);
        } else {
            step.apply(version);
        }
    }

    /** The versions of several stores, by block and lineage. */
    static Map<Long, Map<Long, List<LoadedVersion>>> byBlock(List<StoreLoader> loaders) {
        Map<Long, Map<Long, List<LoadedVersion>>> blocks = new HashMap<>();
        for (StoreLoader loader : loaders) {
            for (LoadedVersion version : loader.versions.values()) {
                VersionHeader header = version.version().header();
                blocks.computeIfAbsent(header.key().blockId(), id -> new HashMap<>())
                        .computeIfAbsent(header.lineage(), id -> new ArrayList<>())
                        .add(version);
            }
        }
        return blocks;
    }
}
