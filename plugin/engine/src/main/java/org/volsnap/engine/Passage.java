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

    /** Looks at all until none of them has anything to wait for. */
    static void passAll(List<Passage> passages) throws InterruptedIOException {
        while (true) {
            List<CompletableFuture<Void>> waits = new ArrayList<>();
            for (Passage passage : passages) {
                waits.addAll(passage.preservation.look());
            }
            if (waits.isEmpty()) {
                return;
            }
            Waits.awaitAll(waits);
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
