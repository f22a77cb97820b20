/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode.rollback;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentMap;
import org.volsnap.datanode.PoolVolume;
import org.volsnap.engine.SnapshotEngine;
import org.volsnap.model.ReplicaFiles;
import org.volsnap.store.WholeReplica;

/**
 * Whole replicas of one storage volume on their way out of the store: they go together, with one force of each
 * directory. Until then their blocks are claimed, because nobody sees them in their new places. For one thread; the
 * claims are shared with those of other storage volumes.
 */
final class PutBackBatch {
    private static final int MAX = 512;

    private final SnapshotEngine engine;
    private final PoolVolume volume;
    private final DurableFiles disk;
    private final Tally tally;
    private final ConcurrentMap<Long, PutBackBatch> claims;
    private final Map<WholeReplica, ReplicaFiles> moves = new LinkedHashMap<>();

    /** @param claims by block id, who has it */
    PutBackBatch(
            SnapshotEngine engine,
            PoolVolume volume,
            DurableFiles disk,
            Tally tally,
            ConcurrentMap<Long, PutBackBatch> claims) {
        this.engine = engine;
        this.volume = volume;
        this.disk = disk;
        this.tally = tally;
        this.claims = claims;
    }

    PoolVolume volume() {
        return volume;
    }

    /** False while another storage volume has this block. What this one has of it is moved first. */
    boolean claim(long blockId) throws IOException {
        if (claims.get(blockId) == this) {
            flush();
        }
        return claims.putIfAbsent(blockId, this) == null;
    }

    void release(long blockId) {
        claims.remove(blockId, this);
    }

    /** Of a block that is claimed; into a directory that is there. */
    void add(WholeReplica stored, ReplicaFiles to) throws IOException {
        moves.put(stored, to);
        if (moves.size() >= MAX) {
            flush();
        }
    }

    /** Durable when it returns. To be called before anything else is done to a replica here. */
    void flush() throws IOException {
        if (moves.isEmpty()) {
            return;
        }
        disk.step("move out of the store");
        engine.moveOut(volume.store(), moves);
        tally.putBack.add(moves.size());
        moves.keySet().forEach(stored -> release(stored.key().blockId()));
        moves.clear();
    }
}
