/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.conformance;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** One op's pieces: the kernel splits I/O at chunk borders, begins the pieces in order, and waits for all of them. */
final class Pieces {
    private Pieces() {}

    /** A part of an op's bytes. */
    record Piece(long offset, int length) {}

    static List<Piece> split(long offset, int length, int chunkBytes) {
        List<Piece> pieces = new ArrayList<>();
        for (long at = offset; at < offset + length; ) {
            long end = Math.min(offset + length, (at / chunkBytes + 1) * chunkBytes);
            pieces.add(new Piece(at, (int) (end - at)));
            at = end;
        }
        return pieces;
    }

    /**
     * Carries all out at once.
     *
     * @throws IOException the first failure; all have ended then
     */
    static void runAll(Machine machine, List<? extends Callable<?>> tasks) throws Exception {
        if (tasks.size() == 1) {
            Object unused = tasks.get(0).call();
            return;
        }
        List<CompletableFuture<?>> running = new ArrayList<>();
        for (Callable<?> task : tasks) {
            running.add(machine.start(task));
        }
        Exception first = null;
        for (CompletableFuture<?> task : running) {
            try {
                Object unused = task.get();
            } catch (ExecutionException e) {
                Exception failure = e.getCause() instanceof Exception cause ? cause : e;
                first = first == null ? failure : first;
            }
        }
        if (first != null) {
            throw first;
        }
    }
}
