/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.cli;

import java.util.List;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotProto;
import org.volsnap.protocol.proto.VolsnapProtos.StatusResponseProto;
import org.volsnap.protocol.proto.VolsnapProtos.WindowStatusProto;

/** What {@code -status} says of the rolling window, in one line. */
final class WindowText {
    private WindowText() {}

    static String of(StatusResponseProto status) {
        WindowStatusProto window = status.getWindow();
        if (!window.hasWindowMillis()) {
            return "none: " + window.getProblem();
        }
        StringBuilder text = new StringBuilder();
        text.append(Format.interval(window.getWindowMillis()))
                .append(" by ")
                .append(Format.interval(window.getIntervalMillis()))
                .append(last(status.getRegistry().getSnapshotsList()));
        if (window.getFailures() > 0) {
            text.append(", failed since the NameNode was started: ").append(window.getFailures());
        }
        if (window.hasFailedMillis()) {
            text.append(", at ")
                    .append(Format.time(window.getFailedMillis()))
                    .append(": ")
                    .append(window.getProblem());
        }
        return text.toString();
    }

    private static String last(List<SnapshotProto> snapshots) {
        List<SnapshotProto> own =
                snapshots.stream().filter(SnapshotProto::getWindow).toList();
        return own.isEmpty()
                ? ", no snapshot yet"
                : ", last one " + Format.time(own.get(own.size() - 1).getCreatedMillis());
    }
}
