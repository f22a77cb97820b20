/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.simulation;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.volsnap.engine.LiveReplica;
import org.volsnap.engine.VersionView;
import org.volsnap.model.BlockKey;
import org.volsnap.model.ChunkContent;
import org.volsnap.model.ReadMemory;
import org.volsnap.model.SnapshotId;
import org.volsnap.model.StampFence;
import org.volsnap.model.VersionState;

/** What happens to snapshots, each beside its naive copy. */
final class Snapshots {
    private static final int ATTEMPTS = 20;

    private final World world;

    Snapshots(World world) {
        this.world = world;
    }

    /** The first step of a creation: from its end on everything is preserved. */
    void begin(SnapshotId id) throws IOException {
        world.engine().addSnapshot(id);
    }

    /** T. Nothing changes meanwhile. */
    void mark(SnapshotId id) throws IOException {
        StampFence fence = world.model.fence();
        Map<BlockKey, byte[]> copy = world.copyOfAll();
        List<LiveReplica> open = new ArrayList<>();
        for (long blockId : world.origin.blockIds()) {
            LiveReplica live = world.origin.replica(blockId);
            if (live.state() == VersionState.OPEN) {
                open.add(live);
            }
        }
        world.engine().recordOpen(id, open);
        world.engine().setFence(id, fence);
        if (!world.disk().isDead()) {
            world.model.put(id, fence, copy);
        }
    }

    /** The registry is silent: what comes next may be newer or older than a snapshot that is not known here. */
    void beginProvisional(SnapshotId id) throws IOException {
        world.engine().addSnapshot(id);
    }

    /** It turns out that a snapshot was made at this fence, whose naive copy was taken then. */
    void adopt(SnapshotId provisional, SnapshotId real, StampFence fence, Map<BlockKey, byte[]> copy)
            throws IOException {
        world.model.put(real, fence, copy);
        world.model.adopts(real, provisional);
        world.model.endProvisional();
        adopt(provisional, real, fence);
    }

    /** Until it works, as each poll does it again. */
    private void adopt(SnapshotId provisional, SnapshotId real, StampFence fence) throws IOException {
        for (int attempt = 0; attempt < ATTEMPTS && !world.disk().isDead(); attempt++) {
            try {
                world.engine().adopt(provisional, real);
                world.engine().setFence(real, fence);
                return;
            } catch (IOException e) {
                forgive(e);
            }
        }
    }

    /** A naive copy of what is not being written: nobody could have asked for the lengths of the rest. */
    Map<BlockKey, byte[]> copyOfFinalized() throws IOException {
        Map<BlockKey, byte[]> copy = new HashMap<>();
        for (long blockId : world.origin.blockIds()) {
            if (world.origin.replica(blockId).state() == VersionState.FINALIZED) {
                copy.put(world.origin.replica(blockId).key(), world.origin.data(blockId));
            }
        }
        return copy;
    }

    /** The naive copy is gone already. */
    void drop(SnapshotId id) throws IOException {
        try {
            world.engine().dropSnapshot(id);
        } catch (IOException e) {
            forgive(e);
        }
    }

    /** Where stores fail, a drop may: it is repeated after the next restart. */
    private void forgive(IOException failure) throws IOException {
        if (!world.disk().isDead() && !world.plan().hasFaults()) {
            throw failure;
        }
    }

    /** Reads a block version as a snapshot sees it and compares it; passes over what was dropped meanwhile. */
    void read(SnapshotId id, BlockKey key) throws IOException {
        Optional<Model.Copy> before = world.model.find(id);
        if (before.isEmpty()) {
            return;
        }
        byte[] atT = requireNonNull(before.get().blocks().get(key), "not in the naive copy");
        Map<Long, Integer> look = world.written.look(id, key);
        try {
            byte[] read = read(LostIsNeverSilent.check(id, key, world.engine()));
            if (world.model.find(id).isPresent()) {
                SnapshotNeverChanges.check(id, key, world.written.expected(id, key, look, atT, read), read);
            }
        } catch (IOException e) {
            if (world.model.find(id).isPresent() && !world.disk().isDead()) {
                LostIsNeverSilent.check(id, key, e, world.engine(), world.harm);
            }
        } catch (AssertionError e) {
            if (world.model.find(id).isPresent() && !world.disk().isDead()) {
                throw e;
            }
        }
    }

    /** Writes to a block version of a snapshot; passes over one that is being written, or was dropped. */
    void write(SnapshotId id, BlockKey key, double at, byte[] data) throws IOException {
        Optional<Model.Copy> copy = world.model.find(id);
        if (copy.isEmpty()) {
            return;
        }
        byte[] atT = requireNonNull(copy.get().blocks().get(key), "not in the naive copy");
        int offset = (int) (at * atT.length);
        byte[] part = Arrays.copyOf(data, Math.min(data.length, atT.length - offset));
        if (part.length == 0 || !world.written.begin(id, key, atT, offset, part)) {
            return;
        }
        boolean done = false;
        try {
            world.engine().device(id, key).write(offset, ByteBuffer.wrap(part));
            done = true;
        } catch (IOException e) {
            if (world.model.find(id).isPresent() && !world.disk().isDead()) {
                OwnWritesAreWhole.check(id, key, e, world.harm);
            }
        } finally {
            world.written.end(id, key, offset, part.length, done);
        }
    }

    static byte[] read(VersionView view) throws IOException {
        byte[] all = new byte[(int) view.length()];
        long chunks = SimulatedOrigin.GEOMETRY.covering(0, view.length()).count();
        ReadMemory memory = ReadMemory.reused();
        for (long chunk = 0; chunk < chunks; chunk++) {
            ChunkContent content = view.read(chunk, memory);
            byte[] data = SimulatedOrigin.bytes(content.data());
            byte[] checksums = SimulatedOrigin.bytes(content.checksums());
            if (!Arrays.equals(checksums, SimulatedOrigin.checksums(data))) {
                throw new AssertionError("SnapshotNeverChanges: checksums of chunk " + chunk + " of " + view.key());
            }
            System.arraycopy(data, 0, all, (int) SimulatedOrigin.GEOMETRY.offsetOf(chunk), data.length);
        }
        return all;
    }

    /** Every block version of every snapshot. */
    void readAll() throws IOException {
        for (SnapshotId id : world.model.ids()) {
            Optional<Model.Copy> copy = world.model.find(id);
            if (copy.isPresent()) {
                for (BlockKey key : copy.get().blocks().keySet()) {
                    read(id, key);
                }
            }
        }
    }
}
