/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;

/** A change that writes over bytes in place, on its way through one chain. Used by one thread. */
final class Passage implements OriginChange {
    private final ChangeEpochs.Epoch epoch;
    private final Preservation preservation;
    private final AtomicBoolean closed = new AtomicBoolean();

    Passage(ChangeEpochs.Epoch epoch, Preservation preservation) {
        this.epoch = epoch;
        this.preservation = preservation;
    }

    /**
     * One look at the tables of all; what is missing is started, with the stores of several chains side by side. Nothing
     * to wait for means that the change may pass.
     */
    static List<CompletableFuture<Void>> lookAll(List<Passage> passages) {
        return lookAll(passages, false);
    }

    private static List<CompletableFuture<Void>> lookAll(List<Passage> passages, boolean helping) {
        List<CompletableFuture<Void>> waits = new ArrayList<>();
        for (Passage passage : passages) {
            waits.addAll(passage.preservation.look(helping));
        }
        return waits;
    }

    /** Looks at all until none of them has anything to wait for. */
    static void passAll(List<Passage> passages) throws InterruptedIOException {
        boolean alone = passages.size() == 1;
        List<CompletableFuture<Void>> waits = lookAll(passages, alone);
        while (!waits.isEmpty()) {
            Waits.awaitAll(waits);
            waits = lookAll(passages, alone);
        }
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            preservation.close();
            epoch.leave();
        }
    }
}
