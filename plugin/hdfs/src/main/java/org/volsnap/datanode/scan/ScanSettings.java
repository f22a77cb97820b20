/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode.scan;

import static com.google.common.base.Preconditions.checkArgument;
import static org.volsnap.conf.VolsnapKeys.SCAN_PERIOD;
import static org.volsnap.conf.VolsnapKeys.SCAN_PERIOD_DEFAULT;
import static org.volsnap.conf.VolsnapKeys.SCAN_RATE;
import static org.volsnap.conf.VolsnapKeys.SCAN_RATE_DEFAULT;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.util.StringUtils.TraditionalBinaryPrefix;

/**
 * How fast and how often.
 *
 * @param bytesPerSecond of each storage volume and block pool; 0 for never
 * @param period from the beginning of one period to the beginning of the next at least
 */
public record ScanSettings(long bytesPerSecond, Duration period) {
    /** How often it is looked whether there is anything to do. */
    private static final Duration LONGEST_IDLE = Duration.ofMinutes(1);

    public ScanSettings {
        checkArgument(bytesPerSecond >= 0, "%s must not be negative, was %s", SCAN_RATE, bytesPerSecond);
        checkArgument(
                !period.isZero() && !period.isNegative(),
                "%s must be positive, was %s ms",
                SCAN_PERIOD,
                period.toMillis());
    }

    /** @throws IllegalArgumentException when a value is not allowed */
    public static ScanSettings of(Configuration conf) {
        return new ScanSettings(
                TraditionalBinaryPrefix.string2long(conf.getTrimmed(SCAN_RATE, SCAN_RATE_DEFAULT)),
                Duration.ofMillis(conf.getTimeDuration(SCAN_PERIOD, SCAN_PERIOD_DEFAULT, TimeUnit.MILLISECONDS)));
    }

    boolean isOff() {
        return bytesPerSecond == 0;
    }

    Duration idle() {
        Duration part = period.dividedBy(4);
        return part.compareTo(LONGEST_IDLE) > 0 ? LONGEST_IDLE : part;
    }
}
