/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.simulation;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;
import org.volsnap.engine.ChangeRequest;
import org.volsnap.engine.LiveReplica;
import org.volsnap.engine.OriginChange;
import org.volsnap.model.BlockKey;
import org.volsnap.model.ChunkRange;
import org.volsnap.model.VersionState;

/**
 * What happens to the origin. Every change is made in two steps, bytes first and then the stamp, and the power can be cut
 * between them.
 */
final class Changes {
    static final int MAX_LENGTH = 3000;

    private final World world;
    /** Given out with the change before. */
    private final AtomicLong earlyStamp = new AtomicLong();

    Changes(World world) {
        this.world = world;
    }

    static byte[] bytes(Random random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    void create(long blockId, byte[] data, VersionState state) throws IOException {
        int volume = (int) (blockId % World.VOLUMES);
        try (OriginChange change = gate(blockId)) {
            world.origin.write(
                    new BlockKey(SimulatedOrigin.POOL, blockId, world.model.nextStamp()), data, state, volume);
        }
    }

    /** Holds the gate of a block without preserving anything. */
    private OriginChange gate(long blockId) {
        return OriginNeverFailsForASnapshot.check(() -> world.engine().begin(blockId, Optional::empty));
    }

    void append(long blockId, byte[] more) throws IOException {
        change(
                blockId,
                true,
                live -> live.length(),
                live -> live.length() % SimulatedOrigin.BYTES_PER_CHECKSUM == 0
                        ? ChunkRange.EMPTY
                        : ChunkRange.of(SimulatedOrigin.GEOMETRY.chunkOf(live.length() - 1)),
                old -> {
                    byte[] data = Arrays.copyOf(old, old.length + more.length);
                    System.arraycopy(more, 0, data, old.length, more.length);
                    return data;
                });
    }

    /** @param part of the length that stays, 0 to 1 */
    void truncate(long blockId, double part) throws IOException {
        change(
                blockId,
                true,
                live -> (long) (live.length() * part),
                live -> SimulatedOrigin.GEOMETRY.covering((long) (live.length() * part), live.length()),
                old -> Arrays.copyOf(old, (int) (old.length * part)));
    }

    /**
     * Overwrites a part.
     *
     * @param at where it begins, as a part of the length, 0 to 1
     * @param freshStamp whether the change gives one, as all of HDFS's do, or none, as on a device
     */
    void overwrite(long blockId, double at, byte[] with, boolean freshStamp) throws IOException {
        change(
                blockId,
                freshStamp,
                LiveReplica::length,
                live -> {
                    long from = (long) (live.length() * at);
                    return SimulatedOrigin.GEOMETRY.covering(from, Math.min(live.length(), from + with.length));
                },
                old -> {
                    byte[] data = old.clone();
                    int from = (int) (old.length * at);
                    System.arraycopy(with, 0, data, from, Math.min(with.length, old.length - from));
                    return data;
                });
    }

    /** Writes over bytes as on a device: past no gate, beside others, through all chains, in two halves. */
    void overwriteInPlace(long blockId, double at, byte[] with) throws IOException {
        LiveReplica live = world.origin.replica(blockId);
        int from = (int) (live.length() * at);
        byte[] part = Arrays.copyOf(with, Math.min(with.length, (int) live.length() - from));
        if (part.length > 1) {
            try (OriginChange change =
                    OriginNeverFailsForASnapshot.check(() -> world.beginOverwrite(live, from, part.length))) {
                int half = part.length / 2;
                world.origin.patch(blockId, from, Arrays.copyOf(part, half));
                pause("write in place to " + blockId + " half made");
                world.origin.patch(blockId, from + half, Arrays.copyOfRange(part, half, part.length));
            }
        }
    }

    /** A truncation that is announced, preserved for, and given up, past no gate: later changes meet what is pending. */
    void announceTruncate(long blockId, boolean freshStamp) throws IOException {
        Optional<LiveReplica> found = world.origin.find(SimulatedOrigin.POOL, blockId);
        if (found.isPresent()) {
            LiveReplica live = found.get();
            long stamp = freshStamp ? world.model.nextStamp() : live.key().stamp();
            ChunkRange all = SimulatedOrigin.GEOMETRY.covering(0, live.length());
            OriginNeverFailsForASnapshot.check(() -> world.engine().announce(new ChangeRequest(live, stamp, 0, all)))
                    .close();
        }
    }

    private interface LengthRule {
        long of(LiveReplica live);
    }

    private interface RiskRule {
        ChunkRange of(LiveReplica live);
    }

    private void change(
            long blockId, boolean freshStamp, LengthRule length, RiskRule atRisk, UnaryOperator<byte[]> edit)
            throws IOException {
        AtomicReference<BlockKey> to = new AtomicReference<>();
        try (OriginChange change = OriginNeverFailsForASnapshot.check(
                () -> world.engine().begin(blockId, () -> requestOf(blockId, freshStamp, length, atRisk, to)))) {
            BlockKey key = to.get();
            if (key != null) {
                byte[] data = edit.apply(world.origin.data(blockId));
                BlockKey before = world.origin.replica(blockId).key();
                world.origin.rewrite(before, data);
                pause("change of " + key + " half made");
                world.origin.finish(key, data);
                pause("change of " + key + " made");
            }
        }
    }

    /**
     * One that was given out with the change before, as truncates and recoveries have it, if the replica
     * has none that is later, no rollback has taken it back, and every T is known: without the registry nobody can tell
     * whether the stamp or the change came first.
     */
    private long stampAfter(BlockKey live) {
        long early = earlyStamp.getAndSet(world.model.nextStamp());
        boolean good = early > live.stamp()
                && world.model.fence().contains(early)
                && world.engine().chain().stream()
                        .noneMatch(link -> link.fence().isOpen());
        return good ? early : world.model.nextStamp();
    }

    private Optional<ChangeRequest> requestOf(
            long blockId, boolean freshStamp, LengthRule length, RiskRule atRisk, AtomicReference<BlockKey> to) {
        try {
            Optional<LiveReplica> found = world.origin.find(SimulatedOrigin.POOL, blockId);
            if (found.isEmpty()) {
                return Optional.empty();
            }
            LiveReplica live = found.get();
            long stamp = freshStamp ? stampAfter(live.key()) : live.key().stamp();
            to.set(live.key().withStamp(stamp));
            return Optional.of(new ChangeRequest(live, stamp, length.of(live), atRisk.of(live)));
        } catch (IOException e) {
            throw new AssertionError("the simulated origin failed by itself", e);
        }
    }

    private void pause(String label) {
        if (world.plan().holds(label)) {
            world.scheduler().pause(label);
        }
    }

    void delete(List<Long> blockIds) throws IOException {
        try (OriginChange change = OriginNeverFailsForASnapshot.check(
                () -> world.engine().beginDelete(blockIds, blockId -> find(blockId)))) {
            for (long blockId : blockIds) {
                if (world.origin.isLive(blockId)) {
                    pause("delete of " + blockId);
                    world.origin.delete(blockId);
                }
            }
        }
    }

    private Optional<LiveReplica> find(long blockId) {
        try {
            return world.origin.find(SimulatedOrigin.POOL, blockId);
        } catch (IOException e) {
            throw new AssertionError("the simulated origin failed by itself", e);
        }
    }

    /** To another storage volume: same id, stamp and bytes. */
    void move(long blockId, int volume) throws IOException {
        try (OriginChange change = gate(blockId)) {
            if (world.origin.isLive(blockId)) {
                world.origin.move(blockId, volume);
            }
        }
    }

    /** A replica that is being written grows under its stamp, past no gate. */
    void growOpen(long blockId, byte[] more) throws IOException {
        byte[] old = world.origin.data(blockId);
        byte[] data = Arrays.copyOf(old, old.length + more.length);
        System.arraycopy(more, 0, data, old.length, more.length);
        world.origin.rewrite(world.origin.replica(blockId).key(), data);
    }
}
