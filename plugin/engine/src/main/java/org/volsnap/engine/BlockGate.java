/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import java.io.InterruptedIOException;

/** The queue of each block's changes: one at a time is inside, from before it is preserved until it is made. */
final class BlockGate extends Gate<Long> {
    /** @throws InterruptedIOException when interrupted; the place in the queue is given up then */
    Ticket enter(long blockId) throws InterruptedIOException {
        return enter(Long.valueOf(blockId));
    }
}
