/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode.scan;

import static java.util.Objects.requireNonNull;

import com.google.common.base.Ticker;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.volsnap.engine.ChunkScan;

/**
 * Keeps a scan to its rate, without bursts: what was not read while there was nothing to read is not made up for. For one
 * thread, but for {@link #stop}.
 */
final class ScanPace implements ChunkScan.Pace {
    private final long bytesPerSecond;
    private final Ticker ticker;
    private final CountDownLatch stop = new CountDownLatch(1);
    private long next;

    /** @param bytesPerSecond 1 or more */
    ScanPace(long bytesPerSecond, Ticker ticker) {
        this.bytesPerSecond = bytesPerSecond;
        this.ticker = requireNonNull(ticker, "ticker is null");
        this.next = ticker.read();
    }

    /** Returns when so many bytes may be read. */
    @Override
    public void before(int bytes) throws InterruptedIOException {
        long now = ticker.read();
        pause(Duration.ofNanos(Math.max(0, next - now)));
        next = Math.max(now, next) + (long) ((double) bytes / bytesPerSecond * TimeUnit.SECONDS.toNanos(1));
    }

    /** @throws InterruptedIOException when the scan is to end */
    void pause(Duration duration) throws InterruptedIOException {
        try {
            if (stop.await(duration.toNanos(), TimeUnit.NANOSECONDS)) {
                throw new InterruptedIOException("the scan was stopped");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("the scan was interrupted");
        }
    }

    /** Ends all waiting, now and later. */
    void stop() {
        stop.countDown();
    }
}
