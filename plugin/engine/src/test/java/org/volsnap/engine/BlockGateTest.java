/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.InterruptedIOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

class BlockGateTest {
    private final BlockGate gate = new BlockGate();

    @Test
    void changesOfOneBlockPassInTheOrderTheyCame() throws Exception {
        List<Integer> passed = new CopyOnWriteArrayList<>();
        BlockGate.Ticket first = gate.enter(1);
        Thread[] threads = new Thread[4];
        for (int i = 0; i < threads.length; i++) {
            int number = i;
            threads[i] = new Thread(() -> {
                try (BlockGate.Ticket ticket = gate.enter(1)) {
                    assertThat(ticket).isNotNull();
                    passed.add(number);
                } catch (InterruptedIOException e) {
                    passed.add(-1);
                }
            });
            threads[i].start();
            await().until(() -> threads[number].getState() == Thread.State.WAITING);
        }
        assertThat(passed).isEmpty();
        first.close();
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(passed).containsExactly(0, 1, 2, 3);
        assertThat(gate.size()).isZero();
    }

    @Test
    void anotherBlockIsNotHeldUp() throws Exception {
        try (BlockGate.Ticket one = gate.enter(1);
                BlockGate.Ticket two = gate.enter(2)) {
            assertThat(one).isNotSameAs(two);
            assertThat(gate.size()).isEqualTo(2);
        }
        assertThat(gate.size()).isZero();
    }

    @Test
    void anInterruptedWaiterLeavesItsPlaceToTheNext() throws Exception {
        BlockGate.Ticket first = gate.enter(1);
        CompletableFuture<Throwable> outcome = new CompletableFuture<>();
        Thread interrupted = new Thread(() -> {
            try {
                gate.enter(1).close();
                outcome.complete(new AssertionError("passed"));
            } catch (InterruptedIOException e) {
                outcome.complete(e);
            }
        });
        interrupted.start();
        await().until(() -> interrupted.getState() == Thread.State.WAITING);
        CompletableFuture<Void> third = CompletableFuture.runAsync(() -> {
            try {
                gate.enter(1).close();
            } catch (InterruptedIOException e) {
                throw new AssertionError(e);
            }
        });
        interrupted.interrupt();
        assertThat(outcome.get()).isInstanceOf(InterruptedIOException.class);
        assertThat(third).isNotDone();
        first.close();
        third.get();
        assertThat(gate.size()).isZero();
    }
}
