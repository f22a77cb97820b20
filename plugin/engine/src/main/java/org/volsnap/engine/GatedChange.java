/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/** A change that has passed, until it is made. */
final class GatedChange implements OriginChange {
    private final ChangeEpochs.Epoch epoch;
    private final List<BlockGate.Ticket> tickets;
    private final AtomicBoolean closed = new AtomicBoolean();

    /**
     * @param epoch counts it for those who wait for older changes
     * @param tickets keep later changes of the same blocks out; none for an announced change
     */
    GatedChange(ChangeEpochs.Epoch epoch, List<BlockGate.Ticket> tickets) {
        this.epoch = epoch;
        this.tickets = List.copyOf(tickets);
    }

    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            tickets.forEach(BlockGate.Ticket::close);
            epoch.leave();
        }
    }
}
