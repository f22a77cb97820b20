/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode;

import static java.util.Objects.requireNonNull;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.volsnap.protocol.proto.VolsnapProtos.WindowStatusProto;

/** How the rolling window gets on, for {@code -status} and metrics. Safe for many threads. */
final class WindowLog {
    private static final Logger LOG = LoggerFactory.getLogger(WindowLog.class);

    private final WindowSettings settings;
    private final @Nullable String misconfigured;
    private final NameNodeMetrics metrics;

    @GuardedBy("this")
    private long failures;

    @GuardedBy("this")
    private @Nullable Failure last;

    private record Failure(long millis, String reason) {}

    /** A configuration that makes no window is an error for the log and the status: the NameNode goes on. */
    static WindowLog of(Configuration conf, NameNodeMetrics metrics) {
        try {
            return new WindowLog(WindowSettings.of(conf), null, metrics);
        } catch (IllegalArgumentException e) {
            LOG.error("there is no rolling window of snapshots: {}", e.getMessage());
            return new WindowLog(WindowSettings.OFF, oneLine(e), metrics);
        }
    }

    private WindowLog(WindowSettings settings, @Nullable String misconfigured, NameNodeMetrics metrics) {
        this.settings = requireNonNull(settings, "settings is null");
        this.misconfigured = misconfigured;
        this.metrics = requireNonNull(metrics, "metrics is null");
    }

    /** OFF where they make no window. */
    WindowSettings settings() {
        return settings;
    }

    synchronized void created() {
        metrics.windowCreated();
        last = null;
    }

    synchronized void failed(long millis, Exception reason) {
        metrics.windowFailed();
        failures++;
        last = new Failure(millis, oneLine(reason));
    }

    /** Empty when there is no window and none is wanted. */
    synchronized Optional<WindowStatusProto> status() {
        WindowStatusProto.Builder status = WindowStatusProto.newBuilder();
        if (misconfigured != null) {
            return Optional.of(status.setProblem(misconfigured).build());
        }
        if (settings.isOff()) {
            return Optional.empty();
        }
        status.setWindowMillis(settings.window().toMillis())
                .setIntervalMillis(settings.interval().toMillis())
                .setFailures(failures);
        if (last != null) {
            status.setFailedMillis(last.millis()).setProblem(last.reason());
        }
        return Optional.of(status.build());
    }

    private static String oneLine(Exception reason) {
        return (reason.getClass().getSimpleName() + ": " + reason.getMessage()).replace('\n', ' ');
    }
}
