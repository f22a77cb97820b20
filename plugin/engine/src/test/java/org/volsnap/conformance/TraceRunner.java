/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.conformance;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.function.BiFunction;

/** Runs one trace against a target. */
final class TraceRunner {
    /**
     * What came of it.
     *
     * @param answers by line number, or by the text of a FINAL line
     * @param images by their name in the answer
     */
    record Result(Map<String, String> answers, Map<String, Image> images) {}

    /**
     * A part of a COW device.
     *
     * @param bytes from the beginning of the device
     * @param holdsUnfinished it may hold chunks of copies that were under way, or were when the power was cut
     */
    record Image(byte[] bytes, boolean holdsUnfinished) {}

    private record Begun(TraceOp op, CompletableFuture<String> answer) {}

    private final Machine machine;
    private final Devices devices;
    private final TraceTarget target;
    private final Map<String, String> answers = new LinkedHashMap<>();
    private final Map<String, Image> images = new LinkedHashMap<>();
    private final List<Begun> background = new ArrayList<>();

    private TraceRunner(Machine machine, BiFunction<Machine, Devices, TraceTarget> target) {
        this.machine = machine;
        this.devices = new Devices(machine.time());
        this.target = target.apply(machine, devices);
    }

    static Result run(KernelVector vector, BiFunction<Machine, Devices, TraceTarget> target) throws Exception {
        try (Machine machine = new Machine(vector.name())) {
            TraceRunner runner = new TraceRunner(machine, target);
            for (TraceOp op : vector.ops()) {
                runner.step(op);
            }
            runner.finish();
            return new Result(runner.answers, runner.images);
        }
    }

    private void step(TraceOp op) throws Exception {
        if (op.background()) {
            background.add(new Begun(op, machine.start(() -> answer(op))));
            machine.settle();
        } else {
            answers.put(op.key(), foreground(op));
        }
    }

    private String foreground(TraceOp op) throws Exception {
        switch (op.name()) {
            case "join" -> join();
            case "sleep" -> machine.sleep(op.number(0));
            case "crash" -> crash();
            case "delay" -> {
                machine.settle();
                devices.named(op.word(0)).delay(op.integer(1), op.integer(2));
            }
            case "fail" -> devices.named(op.word(0)).fail(Sectors.toBytes(op.number(1)), Sectors.toBytes(op.number(2)));
            case "heal" -> devices.named(op.word(0)).heal();
            case "cow" -> devices.makeCow(op.integer(0), op.number(1));
            case "origin" -> makeOrigin(op);
            case "rawfill" ->
                devices.named(op.word(0))
                        .fill(Sectors.toBytes(op.number(1)), Prng.bytes(op.number(3), Sectors.toBytes(op.number(2))));
            case "rawsha" -> {
                return rawSha(op);
            }
            case "iostat" -> {
                return "IOSTAT not counted";
            }
            case "dumpcow", "dumpraw" -> {
                return dump(op);
            }
            case "mergestart" -> {
                String answer = machine.run(() -> answer(op));
                machine.settle();
                return answer;
            }
            default -> {
                return machine.run(() -> answer(op));
            }
        }
        return "OK";
    }

    private String answer(TraceOp op) {
        try {
            return target.answer(op);
        } catch (TableRefusedException e) {
            return "ERR dmsetup";
        } catch (UnsupportedOperationException e) {
            return "ERR EOPNOTSUPP";
        } catch (IOException e) {
            return "ERR EIO";
        } catch (Exception e) {
            return "failed: " + e;
        }
    }

    private void makeOrigin(TraceOp op) throws ExecutionException, InterruptedException {
        int length = Sectors.toBytes(op.number(0));
        devices.makeOrigin(op.has(1) ? Prng.bytes(op.number(1), length) : new byte[length]);
        machine.run(() -> {
            target.originMade();
            return "OK";
        });
    }

    private void join() throws ExecutionException, InterruptedException {
        int order = 1;
        for (Begun begun : background) {
            answers.put(begun.op().key(), machine.await(begun.answer()) + " order=" + order++);
        }
        background.clear();
    }

    /** What is under way vanishes without an answer. */
    private void crash() throws ExecutionException, InterruptedException {
        machine.settle();
        boolean inFlight = isBusy();
        devices.powerCut(inFlight);
        background.clear();
        machine.run(() -> {
            target.powerCut();
            return "OK";
        });
    }

    private boolean isBusy() {
        return machine.time().next().isPresent()
                || target.isMerging()
                || background.stream().anyMatch(begun -> !begun.answer().isDone());
    }

    private String rawSha(TraceOp op) {
        byte[] raw = devices.named(op.word(0)).raw();
        int from = op.has(1) ? Sectors.toBytes(op.number(1)) : 0;
        int length = op.has(2) ? Sectors.toBytes(op.number(2)) : raw.length - from;
        return Sectors.sha256(Arrays.copyOfRange(raw, from, from + length));
    }

    private String dump(TraceOp op) throws IOException {
        int snapshot = op.integer(0);
        byte[] raw = devices.cow(snapshot).raw();
        long sectors = op.name().equals("dumpraw") ? op.number(1) : used(snapshot, raw);
        int bytes = Math.min(raw.length, Sectors.toBytes(sectors));
        String name = "cow" + snapshot + ".L" + op.line() + ".img";
        images.put(name, new Image(Arrays.copyOf(raw, bytes), isBusy() || devices.wasCutInFlight(snapshot)));
        return "DUMP " + name + " sectors=" + bytes / Sectors.BYTES;
    }

    private long used(int snapshot, byte[] raw) throws IOException {
        OptionalLong used = target.usedSectors(snapshot);
        return used.isPresent() ? used.getAsLong() : new KernelImage(raw).usedSectors();
    }

    /** The whole views at the end. */
    private void finish() throws Exception {
        join();
        long length = devices.origin().sizeBytes() / Sectors.BYTES;
        put("FINAL origin", "or 0 " + length);
        for (int snapshot : target.snapshots()) {
            put("FINAL snap " + snapshot, "sr " + snapshot + " 0 " + length);
            put("FINAL status " + snapshot, "status " + snapshot);
        }
        machine.run(() -> {
            target.close();
            return "OK";
        });
    }

    private void put(String key, String text) throws Exception {
        TraceOp op = TraceOp.parse(0, text).orElseThrow();
        answers.put(key, machine.run(() -> answer(op)));
    }
}
