/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.file;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;

/**
 * Runs what must happen although its thread is interrupted: an interrupt closes the channel that the thread works on. The
 * interrupt is there again afterwards.
 */
final class Uninterrupted {
    /** Can be repeated. */
    interface IoAction {
        void run() throws IOException;
    }

    private Uninterrupted() {}

    static void run(IoAction action) throws IOException {
        boolean interrupted = Thread.interrupted();
        try {
            while (true) {
                try {
                    action.run();
                    return;
                } catch (ClosedByInterruptException e) {
                    interrupted = Thread.interrupted() || interrupted;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
