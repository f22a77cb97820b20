/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.cli;

import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.util.StringUtils.TraditionalBinaryPrefix;

/** Numbers and times as the commands print them. */
final class Format {
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyy-MM-dd HH:mm:ss", Locale.ROOT);

    private Format() {}

    /** A time of day in this machine's zone, as {@code hdfs dfs -ls} prints it, with seconds. */
    static String time(long epochMillis) {
        return TIME.format(Instant.ofEpochMilli(epochMillis).atZone(ZoneId.systemDefault()));
    }

    /** For example {@code 1.5 M}, as {@code hdfs dfs -du -h} prints it. */
    static String bytes(long bytes) {
        return TraditionalBinaryPrefix.long2String(bytes, "", 1);
    }

    /** For example {@code 0.42 s}. */
    static String seconds(long millis) {
        return String.format(Locale.ROOT, "%.2f s", millis / 1000.0);
    }

    /** How long ago: {@code 0.3 s}, {@code 75 s}. */
    static String age(long millis) {
        return millis < 10_000 ? String.format(Locale.ROOT, "%.1f s", millis / 1000.0) : millis / 1000 + " s";
    }

    /** A configured time, in the largest unit that leaves no rest: {@code 24h}, {@code 90m}, {@code 5s}. */
    static String interval(long millis) {
        for (TimeUnit unit : new TimeUnit[] {TimeUnit.HOURS, TimeUnit.MINUTES, TimeUnit.SECONDS}) {
            if (millis % unit.toMillis(1) == 0) {
                return millis / unit.toMillis(1) + unit.name().substring(0, 1).toLowerCase(Locale.ROOT);
            }
        }
        return millis + "ms";
    }
}
