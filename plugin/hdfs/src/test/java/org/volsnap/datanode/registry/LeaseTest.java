/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode.registry;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class LeaseTest {
    private final FakeTicker ticker = new FakeTicker();
    private final Lease lease = new Lease(ticker);

    @Test
    void isOverUntilItIsRenewedFirst() {
        assertThat(lease.isOver()).isTrue();
        assertThat(lease.remaining()).isZero();
    }

    @Test
    void countsFromTheMomentTheQuestionWasSent() {
        long sent = lease.now();
        ticker.advance(Duration.ofSeconds(4));
        lease.renew(sent, Duration.ofSeconds(10));
        assertThat(lease.remaining()).isEqualTo(Duration.ofSeconds(6));
    }

    @Test
    void endsExactlyAtItsLength() {
        lease.renew(lease.now(), Duration.ofSeconds(10));
        ticker.advance(Duration.ofSeconds(10).minusNanos(1));
        assertThat(lease.isOver()).isFalse();
        ticker.advance(Duration.ofNanos(1));
        assertThat(lease.isOver()).isTrue();
    }

    @Test
    void anAnswerThatOvertookAnotherDoesNotShortenIt() {
        long early = lease.now();
        ticker.advance(Duration.ofSeconds(2));
        lease.renew(lease.now(), Duration.ofSeconds(10));
        lease.renew(early, Duration.ofSeconds(10));
        assertThat(lease.remaining()).isEqualTo(Duration.ofSeconds(10));
    }

    @Test
    void isOverBeforeItBeginsWhenTheAnswerTookSoLong() {
        long sent = lease.now();
        ticker.advance(Duration.ofSeconds(10).minusNanos(1));
        assertThat(lease.isOver(sent, Duration.ofSeconds(10))).isFalse();
        ticker.advance(Duration.ofNanos(1));
        assertThat(lease.isOver(sent, Duration.ofSeconds(10))).isTrue();
    }
}
