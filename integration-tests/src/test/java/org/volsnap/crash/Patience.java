/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.crash;

import static java.util.Objects.requireNonNull;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.awaitility.core.ConditionTimeoutException;

/** Waits for what a cluster that is coming up again does in its own time. */
final class Patience {
    private static final Duration LONGEST = Duration.ofMinutes(5);

    private Patience() {}

    /** What may fail for a while. */
    @FunctionalInterface
    interface Attempt<T> {
        T make() throws IOException;
    }

    /** @throws AssertionError when it never holds */
    static void until(String what, Attempt<Boolean> condition) {
        get(what, () -> {
            if (!condition.make()) {
                throw new IOException("not yet");
            }
            return true;
        });
    }

    /** The first result; throws an {@link AssertionError} with the last failure when there is none. */
    static <T> T get(String what, Attempt<T> attempt) {
        AtomicReference<T> result = new AtomicReference<>();
        AtomicReference<IOException> last = new AtomicReference<>();
        try {
            await().atMost(LONGEST).pollInterval(Duration.ofMillis(200)).until(() -> {
                try {
                    result.set(attempt.make());
                    return true;
                } catch (IOException e) {
                    last.set(e);
                    return false;
                }
            });
        } catch (ConditionTimeoutException e) {
            throw new AssertionError("waited " + LONGEST + " for " + what, last.get());
        }
        return requireNonNull(result.get(), what);
    }
}
