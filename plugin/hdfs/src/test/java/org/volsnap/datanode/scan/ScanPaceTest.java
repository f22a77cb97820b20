/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode.scan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.base.Stopwatch;
import com.google.common.base.Ticker;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.volsnap.conf.VolsnapKeys;

@Timeout(60)
class ScanPaceTest {
    @Test
    void keepsToItsRate() throws Exception {
        ScanPace pace = new ScanPace(1_000_000, Ticker.systemTicker());
        Stopwatch time = Stopwatch.createStarted();

        for (int i = 0; i < 5; i++) {
            pace.before(50_000);
        }

        // The last read is not waited for.
        assertThat(time.elapsed()).isGreaterThanOrEqualTo(Duration.ofMillis(200));
    }

    @Test
    void idleTimeIsNotMadeUpFor() throws Exception {
        AtomicLong nanos = new AtomicLong();
        ScanPace pace = new ScanPace(1_000, new Ticker() {
            @Override
            public long read() {
                return nanos.get();
            }
        });
        pace.before(1);
        nanos.addAndGet(Duration.ofHours(1).toNanos());
        pace.before(200);
        Stopwatch time = Stopwatch.createStarted();

        pace.before(1);

        assertThat(time.elapsed()).isGreaterThanOrEqualTo(Duration.ofMillis(200));
    }

    @Test
    void endsAllWaitingWhenItIsStopped() throws Exception {
        ScanPace pace = new ScanPace(1, Ticker.systemTicker());
        pace.before(1_000_000);
        pace.stop();

        assertThatThrownBy(() -> pace.before(1)).isInstanceOf(InterruptedIOException.class);
        assertThatThrownBy(() -> pace.pause(Duration.ofDays(1))).isInstanceOf(InterruptedIOException.class);
        assertThatThrownBy(() -> pace.pause(Duration.ZERO)).isInstanceOf(InterruptedIOException.class);
    }

    @Test
    void theConfigurationSaysHowFastAndHowOften() {
        Configuration conf = new Configuration(false);
        assertThat(ScanSettings.of(conf)).isEqualTo(new ScanSettings(1 << 20, Duration.ofDays(21)));
        assertThat(ScanSettings.of(conf).idle()).isEqualTo(Duration.ofMinutes(1));

        conf.set(VolsnapKeys.SCAN_RATE, "0");
        assertThat(ScanSettings.of(conf).isOff()).isTrue();
        conf.set(VolsnapKeys.SCAN_RATE, "-1");
        assertThatThrownBy(() -> ScanSettings.of(conf)).hasMessageContaining(VolsnapKeys.SCAN_RATE);
        conf.set(VolsnapKeys.SCAN_RATE, "64k");
        conf.set(VolsnapKeys.SCAN_PERIOD, "0");
        assertThatThrownBy(() -> ScanSettings.of(conf)).hasMessageContaining(VolsnapKeys.SCAN_PERIOD);
    }
}
