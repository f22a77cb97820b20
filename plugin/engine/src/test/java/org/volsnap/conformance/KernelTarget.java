/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.conformance;

import java.io.IOException;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/** A trace's ops on the engine: each snapshot a chain of one, all on one origin. */
final class KernelTarget implements TraceTarget {
    private static final String OK = "OK";

    private final Machine machine;
    private final Devices devices;
    private final Map<Integer, KernelSnapshot> snapshots = new ConcurrentSkipListMap<>();
    private GatedOrigin origin;
    private volatile @Nullable KernelMerge merge;

    KernelTarget(Machine machine, Devices devices) {
        this.machine = machine;
        this.devices = devices;
        this.origin = new GatedOrigin(machine, devices.origin());
    }

    @Override
    public String answer(TraceOp op) throws Exception {
        return switch (op.name()) {
            case "ow" -> {
                originWrite(offset(op, 0), Prng.bytes(op.number(2), Sectors.toBytes(op.number(1))));
                yield OK;
            }
            case "or" -> originRead(offset(op, 0), Sectors.toBytes(op.number(1)));
            case "odiscard" -> throw new UnsupportedOperationException("an origin takes no discards");
            case "ostatus" -> originStatus();
            case "snap", "activate" -> suspended(() -> snap(op));
            case "sr" -> snapshot(op).read(offset(op, 1), Sectors.toBytes(op.number(2)));
            case "sw" -> {
                snapshot(op).write(offset(op, 1), Prng.bytes(op.number(3), Sectors.toBytes(op.number(2))));
                yield OK;
            }
            case "sdiscard" -> discard(snapshot(op), offset(op, 1), Sectors.toBytes(op.number(2)));
            case "status" -> snapshot(op).status();
            case "table" -> snapshot(op).tableLine();
            case "drop" -> suspended(() -> drop(op.integer(0)));
            case "merge" -> {
                startMerge(op);
                yield endMerge();
            }
            case "mergestart" -> startMerge(op);
            case "mergewait" -> endMerge();
            case "mergesecond" -> throw new TableRefusedException("one merge at a time");
            default -> throw new IllegalArgumentException("unknown op " + op);
        };
    }

    private static long offset(TraceOp op, int index) {
        return op.number(index) * Sectors.BYTES;
    }

    private KernelSnapshot snapshot(TraceOp op) throws TableRefusedException {
        KernelSnapshot snapshot = snapshots.get(op.integer(0));
        if (snapshot == null) {
            throw new TableRefusedException("no snapshot " + op.integer(0));
        }
        return snapshot;
    }

    // ---- snapshots

    /** The set of snapshots changes only while the origin is suspended, and a merge with it. */
    private String suspended(Callable<String> change) throws Exception {
        KernelMerge running = merge;
        if (running == null) {
            return change.call();
        }
        running.suspend();
        try {
            return change.call();
        } finally {
            running.resume();
        }
    }

    private String snap(TraceOp op) throws Exception {
        int number = op.integer(0);
        if (snapshots.containsKey(number) || !devices.hasCow(number)) {
            throw new TableRefusedException("snapshot " + number + " is there already, or its COW device is not");
        }
        SnapshotTable table = SnapshotTable.parse(op);
        KernelSnapshot snapshot = KernelSnapshot.open("cow" + number, table, devices.cow(number), origin.device());
        origin.chains().add(snapshot.engine(), snapshot.volume());
        snapshots.put(number, snapshot);
        return OK;
    }

    private String drop(int number) throws IOException, TableRefusedException {
        KernelSnapshot snapshot = snapshots.remove(number);
        if (snapshot == null) {
            throw new TableRefusedException("no snapshot " + number);
        }
        origin.chains().remove(snapshot.engine());
        snapshot.close();
        return OK;
    }

    private String discard(KernelSnapshot snapshot, long offset, int length) throws IOException {
        if (snapshot.discard(offset, length)) {
            origin.discard(offset, length);
        }
        return OK;
    }

    // ---- merge

    private String startMerge(TraceOp op) throws IOException, TableRefusedException {
        KernelSnapshot snapshot = snapshot(op);
        if (merge != null) {
            throw new TableRefusedException("one merge at a time");
        }
        merge = KernelMerge.start(op.integer(0), snapshot, origin);
        return OK;
    }

    private String endMerge() throws IOException, TableRefusedException {
        KernelMerge running = merge;
        if (running == null) {
            throw new TableRefusedException("no merge");
        }
        String status = running.await();
        merge = null;
        KernelSnapshot merged = snapshots.remove(running.number());
        if (merged != null) {
            merged.close();
        }
        return status;
    }

    // ---- the origin

    /** The smallest chunk of all snapshots, at which the kernel splits (split_boundary). */
    private int splitBytes() {
        return snapshots.values().stream()
                .mapToInt(KernelSnapshot::chunkBytes)
                .min()
                .orElse(origin.lengthBytes());
    }

    private void originWrite(long offset, byte[] bytes) throws Exception {
        KernelMerge running = merge;
        if (running == null) {
            origin.write(offset, bytes, splitBytes());
        } else {
            running.write(offset, bytes, splitBytes());
        }
    }

    private String originRead(long offset, int length) throws IOException {
        KernelMerge running = merge;
        return Sectors.sha256(running == null ? origin.read(offset, length) : running.read(offset, length));
    }

    private String originStatus() throws IOException {
        KernelMerge running = merge;
        if (running != null) {
            return running.status();
        }
        return "STATUS 0 " + origin.lengthBytes() / Sectors.BYTES + " snapshot-origin";
    }

    // ---- the runner's questions

    @Override
    public void originMade() throws IOException {
        powerCut();
    }

    @Override
    public void close() throws IOException {
        for (KernelSnapshot snapshot : snapshots.values()) {
            snapshot.close();
        }
        snapshots.clear();
        merge = null;
    }

    @Override
    public void powerCut() throws IOException {
        close();
        origin = new GatedOrigin(machine, devices.origin());
    }

    @Override
    public Set<Integer> snapshots() {
        return snapshots.keySet();
    }

    @Override
    public OptionalLong usedSectors(int snapshot) throws IOException {
        KernelSnapshot there = snapshots.get(snapshot);
        return there == null ? OptionalLong.empty() : there.usedSectors();
    }

    @Override
    public boolean isMerging() {
        return merge != null;
    }
}
