/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.conformance;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.volsnap.model.SnapshotId;

/**
 * A trace's ops on one shared chain. A trace is about COW devices too, which there are none of here: what the kernel
 * refused or failed is not tried, and what can't be compared for such a reason is answered with that reason.
 */
final class SharedChainTarget implements TraceTarget {
    /** Begins an answer that is not to be compared; the rule follows. */
    static final String NOT_COMPARED = "NOT COMPARED ";

    private static final String OK = "OK";
    private static final String FAILING_ORIGIN = "after a failure of the origin device";
    private static final String FAILED_WRITE =
            "after a write to the snapshot that the kernel failed half way, for want of space or a failing COW device";
    private static final String REACTIVATED =
            "activated again after a drop, or after origin writes without it: a shared chain has no COW device to keep";
    private static final String PASSED_DOWN = "after a discard that went to the origin without asking any snapshot";
    private static final String DISCARDED =
            "after a discard: it is about which chunks a COW device of its own has copies of";

    /** One kernel snapshot. */
    private static final class Member {
        private final SnapshotId id;
        private final int cow;
        private final boolean discardPassdown;
        private boolean active = true;
        private Optional<String> unlike = Optional.empty();

        private Member(SnapshotId id, int cow, boolean discardPassdown) {
            this.id = id;
            this.cow = cow;
            this.discardPassdown = discardPassdown;
        }
    }

    private final Machine machine;
    private final Devices devices;
    private final KernelVector vector;
    private final Path directory;
    private final Map<Integer, Member> members = new TreeMap<>();
    private final Set<SnapshotId> chainIds = new TreeSet<>();
    private Optional<String> allUnlike = Optional.empty();
    private Optional<SharedChain> chain = Optional.empty();
    private int origins;
    private int snapshots;
    private int merging = -1;

    SharedChainTarget(Machine machine, Devices devices, KernelVector vector, Path directory) {
        this.machine = machine;
        this.devices = devices;
        this.vector = vector;
        this.directory = directory;
    }

    @Override
    public String answer(TraceOp op) throws Exception {
        String kernel = Optional.ofNullable(vector.answers().get(op.key()))
                .map(KernelVector.Answer::text)
                .orElse("");
        if (kernel.startsWith("ERR")) {
            notTried(op);
            return NOT_COMPARED + "what the kernel refused or failed";
        }
        return switch (op.name()) {
            case "ow" -> originWrite(op);
            case "or" ->
                allUnlike
                        .map(NOT_COMPARED::concat)
                        .orElse(Sectors.sha256(chain().origin().read(offset(op, 0), length(op, 1))));
            case "sr" -> read(op);
            case "sw" -> write(op);
            case "sdiscard" -> discard(op);
            case "snap", "activate" -> snap(op, SnapshotTable.parse(op));
            case "drop" -> drop(op.integer(0));
            case "mergestart" -> merge(op.integer(0));
            case "mergewait" -> drop(merging);
            case "merge" -> kernel.endsWith("Invalid") ? drop(op.integer(0)) : merge(op.integer(0)) + drop(merging);
            default -> OK;
        };
    }

    private static long offset(TraceOp op, int index) {
        return op.number(index) * Sectors.BYTES;
    }

    private static int length(TraceOp op, int index) {
        return Sectors.toBytes(op.number(index));
    }

    private SharedChain chain() {
        return chain.orElseThrow();
    }

    /** What the kernel failed may have been done in part. */
    private void notTried(TraceOp op) {
        if (op.name().equals("ow")) {
            allUnlike = Optional.of(FAILING_ORIGIN);
        } else if (op.name().equals("sw") && members.containsKey(op.integer(0))) {
            members.get(op.integer(0)).unlike = Optional.of(FAILED_WRITE);
        }
    }

    // ---- I/O

    private String originWrite(TraceOp op) throws Exception {
        byte[] bytes = Prng.bytes(op.number(2), length(op, 1));
        chain().origin().write(offset(op, 0), bytes, SharedChain.GEOMETRY.chunkSizeBytes());
        members.values().stream()
                .filter(member -> !member.active)
                .forEach(member -> member.unlike = Optional.of(REACTIVATED));
        return OK;
    }

    private String read(TraceOp op) throws IOException {
        Member member = members.get(op.integer(0));
        Optional<String> unlike = allUnlike.or(() -> member.unlike);
        return unlike.isPresent()
                ? NOT_COMPARED + unlike.get()
                : Sectors.sha256(chain().read(member.id, offset(op, 1), length(op, 2)));
    }

    private String write(TraceOp op) throws IOException {
        Member member = members.get(op.integer(0));
        chain().write(member.id, offset(op, 1), Prng.bytes(op.number(3), length(op, 2)));
        return OK;
    }

    private String discard(TraceOp op) {
        Member member = members.get(op.integer(0));
        member.unlike = Optional.of(DISCARDED);
        if (member.discardPassdown) {
            allUnlike = Optional.of(PASSED_DOWN);
        }
        return OK;
    }

    // ---- snapshots

    private String snap(TraceOp op, SnapshotTable table) throws IOException {
        int number = op.integer(0);
        Member before = members.get(number);
        boolean sameStore =
                before != null && before.cow == devices.timesMade(number) && table.type() != SnapshotTable.Type.N;
        if (!sameStore) {
            SnapshotId id = SnapshotId.ofRegistry(++snapshots);
            members.put(number, new Member(id, devices.timesMade(number), table.discardPassdown()));
            chainIds.add(id);
            chain().add(id);
        } else {
            before.active = true;
            if (!chainIds.contains(before.id)) {
                before.unlike = Optional.of(REACTIVATED);
            }
        }
        return OK;
    }

    private String drop(int number) throws IOException {
        Member member = members.get(number);
        member.active = false;
        if (chainIds.remove(member.id)) {
            chain().drop(member.id);
        }
        merging = -1;
        return OK;
    }

    private String merge(int number) throws IOException {
        Member member = members.get(number);
        merging = number;
        if (member.unlike.isPresent()) {
            allUnlike = Optional.of("after a merge " + member.unlike.get());
        } else if (allUnlike.isEmpty()) {
            chain().merge(member.id);
        }
        return OK;
    }

    // ---- the runner's questions

    @Override
    public void originMade() throws IOException {
        close();
        members.clear();
        chainIds.clear();
        origins++;
        open();
    }

    private void open() throws IOException {
        chain = Optional.of(new SharedChain(
                machine,
                devices,
                directory.resolve(vector.name() + "-" + origins),
                chainIds.stream().toList()));
    }

    @Override
    public void powerCut() throws IOException {
        close();
        members.values().forEach(member -> member.active = false);
        merging = -1;
        open();
    }

    @Override
    public void close() throws IOException {
        if (chain.isPresent()) {
            chain.get().close();
            chain = Optional.empty();
        }
    }

    @Override
    public Set<Integer> snapshots() {
        Set<Integer> active = new TreeSet<>(members.keySet());
        active.removeIf(number -> !members.get(number).active);
        return active;
    }

    @Override
    public OptionalLong usedSectors(int snapshot) {
        return OptionalLong.of(0);
    }

    @Override
    public boolean isMerging() {
        return merging >= 0;
    }
}
