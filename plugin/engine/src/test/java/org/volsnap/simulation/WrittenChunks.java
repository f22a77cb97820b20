/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.simulation;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.volsnap.model.BlockKey;
import org.volsnap.model.SnapshotId;

/**
 * What snapshots wrote themselves, naively: for each chunk all it may read as by now. A write that is under way, that
 * failed, or that a power cut ended, leaves several possibilities. Safe for many threads.
 */
final class WrittenChunks {
    /** A block version of a snapshot: at most one write of it is under way. */
    private record Target(SnapshotId snapshot, BlockKey key) {}

    /** The contents that a chunk ever had, in order; from {@code first} on they are possible now. */
    private static final class Chunk {
        private final List<byte[]> contents = new ArrayList<>();
        private int first;
        private int beginOfWrite;
        /** A write of it failed: what it is shows after a restart. */
        private boolean unsettled;

        private int indexOf(byte[] content, int from) {
            for (int i = from; i < contents.size(); i++) {
                if (Arrays.equals(contents.get(i), content)) {
                    return i;
                }
            }
            return -1;
        }
    }

    private final Map<Target, Map<Long, Chunk>> written = new HashMap<>();
    private final Set<Target> writing = new HashSet<>();

    /** @return whether it may begin: no other is under way */
    synchronized boolean begin(SnapshotId id, BlockKey key, byte[] atT, int offset, byte[] data) {
        Target target = new Target(id, key);
        if (!writing.add(target)) {
            return false;
        }
        Map<Long, Chunk> chunks = written.computeIfAbsent(target, first -> new HashMap<>());
        for (long number : chunksOf(offset, data.length)) {
            Chunk chunk = chunks.computeIfAbsent(number, missing -> {
                Chunk made = new Chunk();
                made.contents.add(slice(atT, missing));
                return made;
            });
            chunk.beginOfWrite = chunk.contents.size();
            for (int i = chunk.first; i < chunk.beginOfWrite; i++) {
                chunk.contents.add(over(chunk.contents.get(i), offset, data, number));
            }
        }
        return true;
    }

    synchronized void end(SnapshotId id, BlockKey key, int offset, int length, boolean success) {
        Target target = new Target(id, key);
        writing.remove(target);
        for (long number : chunksOf(offset, length)) {
            Chunk chunk = requireNonNull(
                    written.getOrDefault(target, Map.of()).get(number), "a write ends that did not begin");
            chunk.unsettled = !success;
            chunk.first = success ? chunk.beginOfWrite : chunk.first;
        }
    }

    /** What is possible now is decided. */
    synchronized void restarted() {
        written.values().forEach(chunks -> chunks.values().forEach(chunk -> chunk.unsettled = false));
    }

    /** For a read that begins: from which content on each chunk may be seen. */
    synchronized Map<Long, Integer> look(SnapshotId id, BlockKey key) {
        Map<Long, Integer> first = new HashMap<>();
        written.getOrDefault(new Target(id, key), Map.of()).forEach((number, chunk) -> first.put(number, chunk.first));
        return first;
    }

    /**
     * What a read had to give, as far as that depends on the snapshot's own writes.
     *
     * @param look taken before the read
     * @return the bytes at T, with what is right of the chunks that were written
     */
    synchronized byte[] expected(SnapshotId id, BlockKey key, Map<Long, Integer> look, byte[] atT, byte[] read) {
        byte[] expected = atT.clone();
        Target target = new Target(id, key);
        written.getOrDefault(target, Map.of()).forEach((number, chunk) -> {
            byte[] seen = slice(read, number);
            int from = look.getOrDefault(number, 0);
            int found = chunk.indexOf(seen, from);
            OwnWritesAreWhole.check(id, key, number, found >= 0);
            System.arraycopy(seen, 0, expected, offsetOf(number), seen.length);
            if (!chunk.unsettled && !writing.contains(target) && from == chunk.first && found >= chunk.first) {
                chunk.contents.add(seen);
                chunk.first = chunk.contents.size() - 1;
            }
        });
        return expected;
    }

    private static long[] chunksOf(int offset, int length) {
        return SimulatedOrigin.GEOMETRY
                .covering(offset, offset + length)
                .chunks()
                .toArray();
    }

    private static int offsetOf(long chunk) {
        return (int) SimulatedOrigin.GEOMETRY.offsetOf(chunk);
    }

    private static byte[] slice(byte[] all, long chunk) {
        int end = Math.min(all.length, offsetOf(chunk + 1));
        return Arrays.copyOfRange(all, Math.min(end, offsetOf(chunk)), end);
    }

    private static byte[] over(byte[] content, int offset, byte[] data, long chunk) {
        byte[] after = content.clone();
        int from = Math.max(0, offset - offsetOf(chunk));
        int inData = Math.max(0, offsetOf(chunk) - offset);
        System.arraycopy(data, inData, after, from, Math.min(data.length - inData, after.length - from));
        return after;
    }
}
