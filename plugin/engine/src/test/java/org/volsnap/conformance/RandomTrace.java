/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.conformance;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/** A random trace with the answers that a naive model gives, as a vector. */
final class RandomTrace {
    private static final int SNAPSHOTS = 4;
    private static final int[] CHUNKS = {1, 2, 4, 8, 16, 32, 64};

    private final Random random;
    private final List<TraceOp> ops = new ArrayList<>();
    private final Map<String, KernelVector.Answer> answers = new LinkedHashMap<>();
    private final Map<Integer, ModelSnapshot> active = new TreeMap<>();
    private final Map<Integer, ModelSnapshot> dropped = new TreeMap<>();
    private final byte[] origin;
    private int merging = -1;

    private RandomTrace(long seed) {
        random = new Random(seed);
        int sectors = 300 + random.nextInt(250);
        origin = Prng.bytes(seed, Sectors.toBytes(sectors));
        add("origin " + sectors + " " + seed, "OK");
    }

    static KernelVector make(long seed, int length) {
        RandomTrace trace = new RandomTrace(seed);
        while (trace.ops.size() < length) {
            trace.step();
        }
        trace.endMerge();
        trace.finish();
        return new KernelVector("random-" + seed, Path.of("."), trace.ops, trace.answers);
    }

    private void add(String text, String answer) {
        TraceOp op = TraceOp.parse(ops.size() + 1, text).orElseThrow();
        ops.add(op);
        answers.put(op.key(), new KernelVector.Answer(false, text, answer));
    }

    private void step() {
        int kind = random.nextInt(100);
        if (kind < 35) {
            originWrite();
        } else if (kind < 42) {
            int from = random.nextInt(sectors());
            int length = 1 + random.nextInt(sectors() - from);
            add("or " + from + " " + length, sha(origin, from, length));
        } else if (kind < 48) {
            slowOrHealed();
        } else {
            stepOfASnapshot(kind, random.nextInt(SNAPSHOTS));
        }
    }

    private void stepOfASnapshot(int kind, int number) {
        ModelSnapshot snapshot = active.get(number);
        if (snapshot == null) {
            if (merging < 0) {
                begin(number, kind % 2 == 0);
            }
        } else if (number == merging) {
            add("sr " + number + " 0 1", "ERR EIO");
        } else if (kind < 70) {
            snapshotWrite(number, snapshot);
        } else if (kind < 85) {
            snapshotRead(number, snapshot);
        } else if (merging < 0) {
            endOfASnapshot(kind, number, snapshot);
        }
    }

    private void endOfASnapshot(int kind, int number, ModelSnapshot snapshot) {
        if (kind < 90) {
            add("status " + number, "STATUS 0 " + sectors() + " snapshot " + snapshot.status());
        } else if (kind < 93) {
            add("drop " + number, "OK");
            dropped.put(number, active.remove(number));
        } else if (kind < 96) {
            crash();
        } else {
            startMerge(number, snapshot);
        }
    }

    private int sectors() {
        return origin.length / Sectors.BYTES;
    }

    private static String sha(byte[] bytes, int from, int length) {
        return Sectors.sha256(Arrays.copyOfRange(bytes, Sectors.toBytes(from), Sectors.toBytes(from + length)));
    }

    // ---- I/O

    private void originWrite() {
        int from = random.nextInt(sectors());
        int length = length(from);
        long seed = random.nextInt(1 << 20);
        add("ow " + from + " " + length + " " + seed, "OK");
        put(Sectors.toBytes(from), Prng.bytes(seed, Sectors.toBytes(length)));
    }

    private void put(int offset, byte[] bytes) {
        active.forEach((number, snapshot) -> {
            if (number != merging) {
                snapshot.preserve(origin, offset, offset + bytes.length);
            }
        });
        System.arraycopy(bytes, 0, origin, offset, bytes.length);
    }

    private int length(int from) {
        int most = Math.min(sectors() - from, random.nextInt(4) == 0 ? 120 : 20);
        return 1 + random.nextInt(most);
    }

    private void snapshotWrite(int number, ModelSnapshot snapshot) {
        if (merging >= 0) {
            return;
        }
        int from = random.nextInt(sectors());
        int length = length(from);
        long seed = random.nextInt(1 << 20);
        boolean done = snapshot.write(origin, Sectors.toBytes(from), Prng.bytes(seed, Sectors.toBytes(length)));
        add("sw " + number + " " + from + " " + length + " " + seed, done ? "OK" : "ERR EIO");
    }

    private void snapshotRead(int number, ModelSnapshot snapshot) {
        if (merging >= 0 && !snapshot.isValid()) {
            return;
        }
        int from = random.nextInt(sectors());
        int length = 1 + random.nextInt(sectors() - from);
        String answer = snapshot.isValid() ? sha(snapshot.view(origin), from, length) : "ERR EIO";
        add("sr " + number + " " + from + " " + length, answer);
    }

    private void slowOrHealed() {
        List<String> devices = new ArrayList<>(List.of("o"));
        active.keySet().forEach(number -> devices.add(Integer.toString(number)));
        String device = devices.get(random.nextInt(devices.size()));
        boolean heal = random.nextInt(3) > 0;
        add(heal ? "heal " + device : "delay " + device + " " + random.nextInt(20) + " " + random.nextInt(50), "OK");
    }

    // ---- snapshots

    private void begin(int number, boolean again) {
        ModelSnapshot before = dropped.get(number);
        if (again && before != null) {
            add("activate " + number + " " + before.chunkSectors() + before.type(), "OK");
            before.activate();
            active.put(number, before);
            return;
        }
        int chunk = CHUNKS[random.nextInt(CHUNKS.length)];
        long cow = random.nextBoolean() ? 4096 : 2L * chunk + random.nextInt(12 * chunk + 40);
        ModelSnapshot made = new ModelSnapshot(chunk, cow, random.nextInt(3) == 0);
        add("cow " + number + " " + cow, "OK");
        add("snap " + number + " " + chunk + made.type(), "OK");
        active.put(number, made);
    }

    private void crash() {
        add("crash", "OK");
        dropped.putAll(active);
        active.clear();
    }

    private void startMerge(int number, ModelSnapshot snapshot) {
        merging = number;
        add("mergestart " + number, "OK");
        snapshot.merged().forEach((chunk, bytes) -> put(Sectors.toBytes(chunk * snapshot.chunkSectors()), bytes));
        for (int steps = random.nextInt(6); steps > 0; steps--) {
            step();
        }
        endMerge();
    }

    private void endMerge() {
        if (merging >= 0) {
            ModelSnapshot merged = active.remove(merging);
            add("mergewait", "STATUS 0 " + sectors() + " snapshot-merge " + merged.statusAfterMerge());
            dropped.remove(merging);
            merging = -1;
        }
    }

    private void finish() {
        end("FINAL origin", Sectors.sha256(origin));
        active.forEach((number, snapshot) -> {
            end("FINAL snap " + number, snapshot.isValid() ? Sectors.sha256(snapshot.view(origin)) : "ERR EIO");
            end("FINAL status " + number, "STATUS 0 " + sectors() + " snapshot " + snapshot.status());
        });
    }

    private void end(String key, String answer) {
        answers.put(key, new KernelVector.Answer(false, key, answer));
    }
}
