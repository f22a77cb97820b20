/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode;

import java.time.Clock;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.regex.Pattern;
import org.volsnap.protocol.RefusedException;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotProto;

/** The names of volume snapshots: 1 to 64 letters, digits, {@code - _ .}; they become names of directories. */
final class SnapshotNames {
    static final int MAX_LENGTH = 64;

    private static final Pattern VALID = Pattern.compile("(?!\\.{1,2}$)[A-Za-z0-9_.-]{1," + MAX_LENGTH + "}");

    /** As HDFS names its directory snapshots. */
    private static final DateTimeFormatter DEFAULT =
            DateTimeFormatter.ofPattern("'s'yyyyMMdd-HHmmss.SSS", Locale.ENGLISH);

    private static final DateTimeFormatter SECONDS = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss", Locale.ENGLISH);

    /** In UTC, where no hour comes twice: names sort as they were taken. */
    private static final DateTimeFormatter WINDOW = DateTimeFormatter.ofPattern(
                    "'window-'yyyyMMdd-HHmmss'Z'", Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);

    private SnapshotNames() {}

    static String check(String name) throws RefusedException {
        if (!VALID.matcher(name).matches()) {
            throw new RefusedException("'" + name + "' is not a name for a snapshot: 1 to " + MAX_LENGTH
                    + " of letters, digits, '-', '_' and '.', but not '.' or '..'");
        }
        return name;
    }

    static String byTime(Clock clock) {
        return DEFAULT.format(LocalDateTime.now(clock));
    }

    /** Of one that the rolling window takes. */
    static String ofWindow(Clock clock) {
        return WINDOW.format(clock.instant());
    }

    /**
     * The name of the snapshot taken before a rollback to another: that one's name, cut where it is too long, is part
     * of it, but where one rollback undoes another.
     */
    static String beforeRollback(SnapshotProto target, Clock clock) {
        String time = "-" + SECONDS.format(LocalDateTime.now(clock));
        String start = target.getSafety() ? "before-undo" : "before-rollback-" + target.getName();
        return start.substring(0, Math.min(start.length(), MAX_LENGTH - time.length())) + time;
    }
}
