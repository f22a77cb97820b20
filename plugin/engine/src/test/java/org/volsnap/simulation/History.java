/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.simulation;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.volsnap.model.BlockKey;
import org.volsnap.model.SnapshotId;
import org.volsnap.model.StampFence;
import org.volsnap.model.VersionState;

/** One seed's history: what happens, who does it, and when which held step goes on. */
final class History {
    private static final int BLOCKS = 4;
    private static final int STEPS = 45;
    private static final int MAX_SNAPSHOTS = 6;
    private static final long STUCK_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final Plan plan;
    private final Random random;
    private final Scheduler scheduler;
    private final Actors actors;
    private final World world;
    private final Changes changes;
    private final Snapshots snapshots;
    private final List<String> trace = new ArrayList<>();

    /** Given up by a restart. */
    private @Nullable SnapshotId creating;

    private @Nullable Rollback rollback;
    private StampFence unseenFence = StampFence.OPEN;
    private Map<BlockKey, byte[]> unseenCopy = new HashMap<>();

    History(long seed) {
        plan = new Plan(seed);
        random = new Random(seed);
        scheduler = new Scheduler("seed " + seed, random);
        world = new World(plan, scheduler);
        actors = new Actors(scheduler, plan, () -> world.disk().isDead());
        changes = new Changes(world);
        snapshots = new Snapshots(world);
    }

    /** What happened, for the one who looks for the reason. */
    List<String> trace() {
        return trace;
    }

    void run() throws IOException {
        try {
            alone("open", world::open);
            for (int step = 0; step < STEPS; step++) {
                step();
            }
            plan.endTrouble();
            settle();
            alone("read all", this::readAll);
            restart(random.nextBoolean());
            settle();
            alone("read all again", this::readAll);
            if (world.engine().status().pending() != 0
                    || world.engine().status().conflictingReads() != 0) {
                throw new AssertionError(
                        "something is pending at the end: " + world.engine().status());
            }
            alone("close", world::close);
        } finally {
            scheduler.open();
            actors.stop();
        }
    }

    private void step() throws IOException {
        awaitStill();
        plan.rethrow();
        if (world.disk().isDead()) {
            recover();
        } else if (scheduler.holdsAnything() && (actors.busy() == Actors.COUNT || random.nextInt(5) < 2)) {
            scheduler.releaseOne();
        } else {
            next();
        }
    }

    // ---- running

    /** Returns when nothing goes on by itself, and either nobody is busy or something is held. */
    private void awaitStill() {
        long deadline = System.nanoTime() + STUCK_NANOS;
        scheduler.awaitStill();
        while (actors.busy() > 0 && !scheduler.holdsAnything()) {
            plan.rethrow();
            if (System.nanoTime() > deadline) {
                throw new AssertionError(
                        "OriginNeverFailsForASnapshot: all wait for each other\n" + scheduler.stacks());
            }
            scheduler.awaitStill();
        }
    }

    private void note(String what) {
        trace.add(what);
    }

    private void start(String what, Actors.Step step) {
        note(what);
        actors.start(step);
    }

    /** Lets everything that was begun come to its end. */
    private void settle() throws IOException {
        awaitStill();
        while (actors.busy() > 0 || scheduler.holdsAnything()) {
            plan.rethrow();
            if (scheduler.holdsAnything()) {
                scheduler.releaseOne();
            }
            awaitStill();
        }
        plan.rethrow();
        if (world.disk().isDead()) {
            recover();
        }
    }

    /**
     * Runs a step while nothing else happens. The power may go first, and the engine be another one then: what was
     * known before the call may not hold in the step.
     */
    private void alone(String what, Actors.Step step) throws IOException {
        settle();
        if (world.isOpen() && plan.chance("power is cut before " + what, 2)) {
            note("power is cut now");
            world.disk().cutPower();
            settle();
        }
        start(what, step);
        settle();
    }

    private void recover() throws IOException {
        note("power cut");
        scheduler.open();
        awaitStill();
        plan.rethrow();
        actors.start(world::close);
        awaitStill();
        scheduler.close();
        world.loseUnforced(random);
        creating = null;
        alone("reopen", world::open);
        Rollback interrupted = rollback;
        if (interrupted != null) {
            rollBack(interrupted);
        }
    }

    private void restart(boolean cutPower) throws IOException {
        settle();
        if (cutPower) {
            world.disk().cutPower();
            recover();
        } else {
            creating = null;
            alone("close", world::close);
            if (!world.isOpen()) {
                alone("reopen", world::open);
            }
        }
    }

    // ---- what happens next

    private void next() throws IOException {
        if (isDevice()) {
            nextOnDevice();
            return;
        }
        switch (random.nextInt(28)) {
            case 0, 1, 2, 3 -> append();
            case 4, 5 -> truncate();
            case 6, 7, 8 -> overwrite();
            case 9 -> delete();
            case 10 -> move();
            case 11 -> growOpen();
            case 12, 13, 14 -> snapshot();
            case 15 -> drop();
            case 16 -> provisional();
            case 17 -> cutOrRestart();
            case 18 -> rollBack();
            case 19 -> announce();
            case 20, 21, 22 -> writeSnapshot();
            default -> read();
        }
    }

    private void nextOnDevice() throws IOException {
        switch (random.nextInt(20)) {
            case 0, 1, 2, 3, 4, 5, 6, 7 -> overwriteInPlace();
            case 8, 9 -> snapshot();
            case 10 -> drop();
            case 11 -> cutOrRestart();
            case 12, 13 -> sideChain();
            case 14, 15, 16 -> writeSnapshot();
            default -> read();
        }
    }

    private long block() {
        return random.nextInt(BLOCKS);
    }

    private byte[] bytes(int bound) {
        return Changes.bytes(random, random.nextInt(bound));
    }

    private void append() throws IOException {
        long blockId = block();
        byte[] data = bytes(900);
        if (!world.origin.isLive(blockId)) {
            settle();
            if (!world.origin.isLive(blockId)) {
                boolean open = random.nextInt(4) == 0;
                alone(
                        "create " + blockId,
                        () -> changes.create(blockId, data, open ? VersionState.OPEN : VersionState.FINALIZED));
            }
        } else if (world.origin.data(blockId).length + data.length < Changes.MAX_LENGTH) {
            start("append " + data.length + " to " + blockId, () -> changes.append(blockId, data));
        }
    }

    private void truncate() {
        long blockId = block();
        double part = random.nextDouble();
        start("truncate " + blockId, () -> changes.truncate(blockId, part));
    }

    /** Without a fresh stamp a creation can't tell what came before T from what came after. */
    private void overwrite() {
        long blockId = block();
        double at = random.nextDouble();
        byte[] data = bytes(1200);
        start("overwrite " + blockId, () -> changes.overwrite(blockId, at, data, !isInPlace()));
    }

    private void announce() throws IOException {
        settle();
        long blockId = block();
        start("announce and give up " + blockId, () -> changes.announceTruncate(blockId, !isInPlace()));
    }

    /** Writes without a fresh stamp. */
    private boolean isInPlace() {
        return Math.floorMod(plan.seed(), 4) == 2;
    }

    /** Blocks keep stamp and length, and are written past the gate. */
    private boolean isDevice() {
        return Math.floorMod(plan.seed(), 8) == 6;
    }

    private void overwriteInPlace() throws IOException {
        long blockId = block();
        double at = random.nextDouble();
        byte[] data = bytes(1200);
        if (world.origin.isLive(blockId)) {
            start("overwrite in place " + blockId, () -> changes.overwriteInPlace(blockId, at, data));
        } else {
            byte[] first = Changes.bytes(random, Changes.MAX_LENGTH);
            alone("create " + blockId, () -> createUnlessLive(blockId, first));
        }
    }

    private void createUnlessLive(long blockId, byte[] data) throws IOException {
        if (!world.origin.isLive(blockId)) {
            changes.create(blockId, data, VersionState.FINALIZED);
        }
    }

    private void sideChain() throws IOException {
        boolean ends = random.nextInt(3) == 0;
        if (world.side().isEmpty()) {
            alone("another chain", world::beginSide);
        } else if (ends) {
            alone("read and end the other chain", () -> {
                readSide();
                world.endSide();
            });
        } else {
            start("read the other chain", this::readSide);
        }
    }

    private void readSide() {
        world.side().ifPresent(side -> side.readAll(() -> world.disk().isDead()));
    }

    private void readAll() throws IOException {
        snapshots.readAll();
        readSide();
    }

    private void delete() {
        List<Long> blockIds = random.nextInt(3) == 0 ? List.of(block(), block()) : List.of(block());
        start("delete " + blockIds, () -> changes.delete(blockIds));
    }

    private void move() {
        long blockId = block();
        int volume = random.nextInt(World.VOLUMES);
        start("move " + blockId, () -> changes.move(blockId, volume));
    }

    private void growOpen() throws IOException {
        settle();
        long blockId = block();
        byte[] data = bytes(500);
        if (world.origin.isLive(blockId)
                && world.model.provisional().isEmpty()
                && world.origin.replica(blockId).state() == VersionState.OPEN
                && world.origin.data(blockId).length < Changes.MAX_LENGTH) {
            alone(blockId + " grows", () -> changes.growOpen(blockId, data));
        }
    }

    private void read() {
        onAny((id, key) -> start("read " + key + " of " + id, () -> snapshots.read(id, key)));
    }

    private void writeSnapshot() {
        double at = random.nextDouble();
        byte[] data = bytes(1200);
        onAny((id, key) ->
                start("write " + data.length + " to " + key + " of " + id, () -> snapshots.write(id, key, at, data)));
    }

    private void onAny(BiConsumer<SnapshotId, BlockKey> use) {
        Optional<SnapshotId> id = world.model.any(random);
        if (id.isPresent()) {
            List<BlockKey> keys = world.model.find(id.get()).orElseThrow().blocks().keySet().stream()
                    .sorted((one, other) -> Long.compare(one.blockId(), other.blockId()))
                    .toList();
            if (!keys.isEmpty()) {
                BlockKey key = keys.get(random.nextInt(keys.size()));
                use.accept(id.get(), key);
            }
        }
    }

    private void snapshot() throws IOException {
        if (creating != null || isInPlace()) {
            settle();
        }
        if (world.model.provisional().isPresent()) {
            return;
        }
        SnapshotId begun = creating;
        if (begun != null) {
            alone("mark " + begun, () -> markUnlessGivenUp(begun));
        } else if (world.model.ids().size() < MAX_SNAPSHOTS) {
            SnapshotId id = world.model.nextId();
            if (isInPlace()) {
                makeSnapshot(id);
            } else {
                creating = id;
                start("create snapshot " + id, () -> snapshots.begin(id));
            }
        }
    }

    private void markUnlessGivenUp(SnapshotId begun) throws IOException {
        if (begun.equals(creating)) {
            creating = null;
            snapshots.mark(begun);
        }
    }

    private void makeSnapshot(SnapshotId id) throws IOException {
        alone("create and mark " + id, () -> {
            snapshots.begin(id);
            snapshots.mark(id);
        });
    }

    private void drop() {
        Optional<SnapshotId> id = world.model.any(random);
        if (id.isPresent()) {
            world.model.drop(id.get());
            start("drop " + id.get(), () -> snapshots.drop(id.get()));
        }
    }

    /** The registry falls silent, a snapshot may be made that is not seen here, the registry can be asked again. */
    private void provisional() throws IOException {
        settle();
        Optional<SnapshotId> provisional = world.model.provisional();
        if (provisional.isEmpty() && creating == null && !isInPlace()) {
            unseenFence = StampFence.OPEN;
            SnapshotId id = world.model.beginProvisional();
            alone("provisional " + id, () -> snapshots.beginProvisional(id));
        } else if (provisional.isPresent() && unseenFence.isOpen() && random.nextInt(3) > 0) {
            unseenFence = world.model.fence();
            unseenCopy = snapshots.copyOfFinalized();
            note("unseen T " + unseenFence.stamp());
        } else if (provisional.isPresent()) {
            endProvisional(provisional.get());
        }
    }

    private void endProvisional(SnapshotId provisional) throws IOException {
        if (unseenFence.isOpen()) {
            world.model.endProvisional();
            alone("drop provisional " + provisional, () -> snapshots.drop(provisional));
        } else {
            SnapshotId real = world.model.nextId();
            StampFence fence = unseenFence;
            Map<BlockKey, byte[]> copy = unseenCopy;
            alone(real + " adopts " + provisional, () -> snapshots.adopt(provisional, real, fence, copy));
        }
    }

    private void cutOrRestart() throws IOException {
        if (random.nextInt(3) == 0) {
            note("restart");
            restart(false);
        } else {
            int steps = random.nextInt(60);
            note("power is cut in " + steps);
            world.disk().cutPowerAfter(steps);
        }
    }

    private void rollBack() throws IOException {
        settle();
        Optional<SnapshotId> target = world.model.any(random);
        if (target.isEmpty()
                || plan.hasFaults()
                || creating != null
                || world.model.provisional().isPresent()) {
            return;
        }
        SnapshotId safety = world.model.nextId();
        makeSnapshot(safety);
        if (world.model.find(safety).isPresent()) {
            Rollback begun = new Rollback(world, target.get());
            rollback = begun;
            rollBack(begun);
        }
    }

    private void rollBack(Rollback begun) throws IOException {
        alone("roll back to " + begun.target(), () -> {
            begun.run();
            world.model.rolledBack(begun.target());
            rollback = null;
        });
    }
}
