/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.simulation;

import static java.util.Objects.requireNonNull;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.volsnap.engine.ChainLink;
import org.volsnap.engine.CowEngine;
import org.volsnap.engine.EngineSettings;
import org.volsnap.engine.LiveReplica;
import org.volsnap.engine.OriginChains;
import org.volsnap.engine.OriginChange;
import org.volsnap.engine.VolumeStore;
import org.volsnap.model.BlockKey;
import org.volsnap.model.SnapshotId;
import org.volsnap.store.file.FileStore;
import org.volsnap.store.file.FileStoreOptions;
import org.volsnap.store.file.SimulatedDisk;

/** A DataNode in small: a disk, an origin, a store on each storage volume, and the engine while it runs. */
final class World {
    static final int VOLUMES = 2;
    private static final int ATTEMPTS = 20;
    private static final FileStoreOptions OPTIONS = FileStoreOptions.of(
                    SimulatedOrigin.POOL, Map.of(), SimulatedOrigin.GEOMETRY)
            .withSegmentBytes(64 << 10)
            .withLossSlots(64)
            .withReserveBytes(4 << 10);

    private final Plan plan;
    private final Scheduler scheduler;
    private final List<Ledger> ledgers = new ArrayList<>();
    private final List<FileStore> opened = new ArrayList<>();
    final SimulatedOrigin origin;
    final Model model = new Model();
    final WrittenChunks written = new WrittenChunks();
    final Harm harm = new Harm();
    private Ledger sideLedger = new Ledger();
    private Harm sideHarm = new Harm();
    private OriginChains chains = new OriginChains();
    private @Nullable SideChain side;
    private int sideChains;
    private SimulatedDisk disk = new SimulatedDisk();
    private volatile @Nullable CowEngine engine;

    World(Plan plan, Scheduler scheduler) {
        this.plan = plan;
        this.scheduler = scheduler;
        this.origin = new SimulatedOrigin(plan, disk, scheduler);
        for (int volume = 0; volume < VOLUMES; volume++) {
            ledgers.add(new Ledger());
            disk.put(Path.of("/volume-" + volume, "current", "VERSION"), new byte[0]);
        }
    }

    Plan plan() {
        return plan;
    }

    Scheduler scheduler() {
        return scheduler;
    }

    SimulatedDisk disk() {
        return disk;
    }

    boolean isOpen() {
        return engine != null;
    }

    CowEngine engine() {
        return requireNonNull(engine, "the engine is not open");
    }

    /** Starts the engine on what the stores hold, and finishes what the last one left half done, as the binding does. */
    void open() throws IOException {
        Map<Integer, VolumeStore> volumes = new HashMap<>();
        for (int volume = 0; volume < VOLUMES; volume++) {
            FileStore store = disk.open(Path.of("/volume-" + volume, "volsnap", SimulatedOrigin.POOL), OPTIONS);
            opened.add(store);
            volumes.put(
                    volume,
                    new VolumeStore(
                            new SimulatedStore(store.exceptions(), disk, plan, scheduler, ledgers.get(volume), harm),
                            new SimulatedReplicaStore(store.replicas(), plan, harm)));
        }
        origin.attach(volumes);
        written.restarted();
        List<ChainLink> chain = model.chain();
        CowEngine started = CowEngine.open(
                new EngineSettings(SimulatedOrigin.GEOMETRY, 1),
                new ChainOrigin(origin, harm),
                volumes.values(),
                chain);
        engine = started;
        for (SnapshotId owner : started.owners()) {
            if (chain.stream().noneMatch(link -> link.id().equals(owner))) {
                finish(started, owner);
            }
        }
        chains = new OriginChains();
        chains.add(started, requireNonNull(volumes.get(0), "volume 0 has no store"));
        SideChain before = side;
        if (before != null) {
            joinSide(before.copy());
        }
    }

    // ---- a chain beside the engine's

    Optional<SideChain> side() {
        return Optional.ofNullable(side);
    }

    /** Passes with a write in place through all chains there are. */
    OriginChange beginOverwrite(LiveReplica replica, int offset, int length) throws IOException {
        return side == null
                ? engine().beginOverwrite(replica, offset, length)
                : chains.beginOverwrite(replica, offset, length);
    }

    /** Its point in time. Nothing changes meanwhile; a power cut before its end means that it never was. */
    void beginSide() throws IOException {
        sideChains++;
        sideLedger = new Ledger();
        sideHarm = new Harm();
        side = null;
        Map<BlockKey, byte[]> copy = copyOfAll();
        joinSide(copy);
    }

    void endSide() throws IOException {
        SideChain ended = side;
        side = null;
        if (ended != null) {
            ended.leave(chains);
            ended.close();
        }
    }

    private void joinSide(Map<BlockKey, byte[]> copy) throws IOException {
        FileStore store = disk.open(Path.of("/volume-0", "side-" + sideChains, SimulatedOrigin.POOL), OPTIONS);
        opened.add(store);
        VolumeStore own = new VolumeStore(
                new SimulatedStore(store.exceptions(), disk, plan, scheduler, sideLedger, sideHarm),
                new SimulatedReplicaStore(store.replicas(), plan, sideHarm));
        SideChain joined = new SideChain(new ChainOrigin(origin, sideHarm), own, copy);
        joined.join(chains);
        side = joined;
    }

    private void finish(CowEngine started, SnapshotId owner) throws IOException {
        Optional<SnapshotId> adopter = model.adopterOf(owner);
        for (int attempt = 0; ; attempt++) {
            try {
                if (adopter.isPresent()) {
                    started.adopt(owner, adopter.get());
                } else {
                    started.dropSnapshot(owner);
                }
                return;
            } catch (IOException e) {
                if (attempt == ATTEMPTS || !plan.hasFaults() || disk.isDead()) {
                    throw e;
                }
            }
        }
    }

    /** Ends the process, tidily or not. */
    void close() throws IOException {
        List<Closeable> all = new ArrayList<>(opened);
        CowEngine running = engine;
        if (running != null) {
            all.add(0, running);
        }
        SideChain beside = side;
        if (beside != null) {
            all.add(0, beside::close);
        }
        engine = null;
        opened.clear();
        for (Closeable one : all) {
            try {
                one.close();
            } catch (IOException e) {
                if (!disk.isDead()) {
                    throw e;
                }
            }
        }
    }

    /** What a power cut has left becomes the world. */
    void loseUnforced(Random random) {
        disk = disk.afterPowerCut(random);
        origin.continueOn(disk);
    }

    /** As a naive snapshot would copy it. */
    Map<BlockKey, byte[]> copyOfAll() throws IOException {
        Map<BlockKey, byte[]> all = new HashMap<>();
        for (long blockId : origin.blockIds()) {
            all.put(origin.replica(blockId).key(), origin.data(blockId));
        }
        return all;
    }
}
