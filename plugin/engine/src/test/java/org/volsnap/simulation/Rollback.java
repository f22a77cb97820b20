/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.simulation;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.volsnap.engine.OriginChange;
import org.volsnap.engine.OriginWriter;
import org.volsnap.model.BlockKey;
import org.volsnap.model.ChunkContent;
import org.volsnap.model.SnapshotId;
import org.volsnap.model.VersionHeader;
import org.volsnap.store.WholeReplica;

/** A merge of every block back to a snapshot that is kept, as a DataNode does it; goes on where a power cut stopped it. */
final class Rollback {
    private final World world;
    private final SnapshotId target;

    Rollback(World world, SnapshotId target) {
        this.world = world;
        this.target = target;
    }

    SnapshotId target() {
        return target;
    }

    void run() throws IOException {
        TreeMap<Long, Map.Entry<BlockKey, byte[]>> wanted = new TreeMap<>();
        world.model
                .find(target)
                .orElseThrow()
                .blocks()
                .entrySet()
                .forEach(block -> wanted.put(block.getKey().blockId(), block));
        for (long blockId : world.origin.blockIds()) {
            Map.Entry<BlockKey, byte[]> block = wanted.get(blockId);
            if (block == null || !makeLive(block.getKey())) {
                delete(blockId);
            }
        }
        for (Map.Entry<BlockKey, byte[]> block : wanted.values()) {
            if (!world.origin.isLive(block.getKey().blockId())) {
                putBack(block.getKey());
            }
        }
        for (Map.Entry<BlockKey, byte[]> block : wanted.values()) {
            long blockId = block.getKey().blockId();
            if (!world.origin.replica(blockId).key().equals(block.getKey())
                    || !Arrays.equals(world.origin.data(blockId), block.getValue())) {
                throw new AssertionError("merge: block " + blockId + " is not as it was in snapshot " + target);
            }
        }
        if (!world.origin.blockIds().equals(wanted.navigableKeySet())) {
            throw new AssertionError("merge: live are " + world.origin.blockIds() + ", at T " + wanted.keySet());
        }
    }

    private void delete(long blockId) throws IOException {
        try (OriginChange change = OriginNeverFailsForASnapshot.check(
                () -> world.engine().beginDelete(List.of(world.origin.replica(blockId))))) {
            world.origin.delete(blockId);
        }
    }

    /** Leaves a replica that is as wanted, merges one that is newer; false for one that has to go. */
    private boolean makeLive(BlockKey key) throws IOException {
        Optional<VersionHeader> version = version(key);
        if (version.isEmpty()) {
            return world.origin.replica(key.blockId()).key().equals(key);
        }
        if (world.engine().storedBase(version.get()).isPresent()) {
            return false;
        }
        merge(version.get());
        return true;
    }

    private void merge(VersionHeader version) throws IOException {
        long blockId = version.key().blockId();
        world.engine().merge(version, world.origin.replica(blockId), writer(blockId));
    }

    private void putBack(BlockKey key) throws IOException {
        Optional<VersionHeader> version = version(key);
        if (version.isPresent()) {
            moveOut(world.engine().storedBase(version.get()).orElseThrow());
            merge(version.get());
            return;
        }
        try (Stream<WholeReplica> kept = world.engine().wholeReplicas(target)) {
            moveOut(kept.filter(replica -> replica.key().equals(key))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("LostIsNeverSilent: " + key + " is not kept")));
        }
    }

    private void moveOut(WholeReplica replica) throws IOException {
        int volume = 0;
        while (!replica.files().data().startsWith("/volume-" + volume)) {
            volume++;
        }
        world.engine().moveOut(replica, SimulatedOrigin.files(replica.key(), volume));
        world.origin.adopt(replica.key(), volume);
    }

    private Optional<VersionHeader> version(BlockKey key) {
        return world.engine().versions(target).stream()
                .filter(header -> header.key().equals(key))
                .findAny();
    }

    private OriginWriter writer(long blockId) {
        return new OriginWriter() {
            @Override
            public void writeChunk(long chunk, ChunkContent content) throws IOException {
                byte[] bytes = SimulatedOrigin.bytes(content.data());
                byte[] old = world.origin.data(blockId);
                int from = (int) SimulatedOrigin.GEOMETRY.offsetOf(chunk);
                byte[] data = Arrays.copyOf(old, Math.max(old.length, from + bytes.length));
                System.arraycopy(bytes, 0, data, from, bytes.length);
                world.origin.rewrite(world.origin.replica(blockId).key(), data);
                pause("merge of chunk " + chunk + " of block " + blockId);
            }

            @Override
            public void finish(VersionHeader version) throws IOException {
                byte[] data = Arrays.copyOf(world.origin.data(blockId), (int) version.length());
                world.origin.restore(version.key(), data, version.state());
            }
        };
    }

    private void pause(String label) {
        if (world.plan().holds(label)) {
            world.scheduler().pause(label);
        }
    }
}
