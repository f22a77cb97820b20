/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.hdfs.server.namenode.VolsnapNameNodeBridge.Locked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.volsnap.protocol.RefusedException;

@Timeout(60)
class OperationsTest {
    private static final Duration LONG = Duration.ofMinutes(1);

    private final CountDownLatch end = new CountDownLatch(1);

    @Test
    void anOperatorIsRefusedWhileAnotherOnesRuns() throws Exception {
        Operations operations = new Operations(LONG);
        operations.run("one", () -> {
            assertThatThrownBy(() -> operations.run("two", () -> 2))
                    .isInstanceOf(RefusedException.class)
                    .hasMessageContaining("'one' is running");
            assertThat(operations.runOwn("own", () -> 3)).isFalse();
            return 1;
        });

        assertThat(operations.run("two", () -> 2)).isEqualTo(2);
        assertThat(operations.runOwn("own", () -> 3)).isTrue();
    }

    @Test
    void anOperatorWaitsForWhatTheNameNodeDoesByItself() throws Exception {
        Operations operations = new Operations(LONG);
        CompletableFuture<Boolean> own = runOwn(operations);

        CompletableFuture<Integer> operator = async(() -> operations.run("two", () -> 2));
        assertThat(operator).isNotDone();
        end.countDown();

        assertThat(operator.get(30, TimeUnit.SECONDS)).isEqualTo(2);
        assertThat(own.get(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void anOperatorDoesNotWaitForEver() throws Exception {
        Operations operations = new Operations(Duration.ofMillis(10));
        CompletableFuture<Boolean> own = runOwn(operations);

        assertThatThrownBy(() -> operations.run("two", () -> 2))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("'own' is running");

        end.countDown();
        assertThat(own.get(30, TimeUnit.SECONDS)).isTrue();
    }

    /** Returns when it runs; it runs until {@code end}. */
    private CompletableFuture<Boolean> runOwn(Operations operations) throws InterruptedException {
        CountDownLatch begun = new CountDownLatch(1);
        CompletableFuture<Boolean> own = async(() -> operations.runOwn("own", () -> {
            begun.countDown();
            return awaitEnd();
        }));
        begun.await();
        return own;
    }

    private boolean awaitEnd() {
        try {
            return end.await(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private static <T> CompletableFuture<T> async(Locked<T> work) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return work.call();
            } catch (IOException e) {
                throw new CompletionException(e);
            }
        });
    }
}
