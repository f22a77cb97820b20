/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode.scan;

import static java.util.Objects.requireNonNull;

import com.google.common.base.Ticker;
import com.google.common.util.concurrent.Uninterruptibles;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.volsnap.datanode.PoolControl;
import org.volsnap.datanode.PoolScanner;
import org.volsnap.datanode.PoolVolume;

/** A scan for each storage volume of a block pool, in a thread of its own. Safe for many threads. */
public final class VolumeScans implements PoolScanner {
    private static final Logger LOG = LoggerFactory.getLogger(VolumeScans.class);

    /** Far longer than the read of a chunk takes, or the look into a directory. */
    private static final Duration GRACE = Duration.ofSeconds(30);

    private final PoolControl control;
    private final ScanSettings settings;
    private final ScanMetrics metrics;
    private final ConcurrentMap<Path, Running> scans = new ConcurrentHashMap<>();

    private record Running(VolumeScan scan, ScanPace pace, Thread thread) {
        void stop() {
            pace.stop();
            Uninterruptibles.joinUninterruptibly(thread, GRACE);
            if (thread.isAlive()) {
                LOG.warn("{} does not end", thread.getName());
            }
        }
    }

    private VolumeScans(PoolControl control, ScanSettings settings) {
        this.control = requireNonNull(control, "control is null");
        this.settings = requireNonNull(settings, "settings is null");
        this.metrics = ScanMetrics.register(control.blockPoolId(), this::damaged);
    }

    /** As the configuration says; without storage volumes yet. */
    public static PoolScanner open(Configuration conf, PoolControl control) {
        ScanSettings settings = ScanSettings.of(conf);
        return settings.isOff() ? PoolScanner.NONE : new VolumeScans(control, settings);
    }

    @Override
    public void add(PoolVolume volume) {
        if (volume.isStoreAbsent()) {
            return;
        }
        scans.computeIfAbsent(volume.root(), root -> start(volume));
    }

    private Running start(PoolVolume volume) {
        ScanPace pace = new ScanPace(settings.bytesPerSecond(), Ticker.systemTicker());
        VolumeScan scan = new VolumeScan(control, volume, settings, pace, metrics, Clock.systemDefaultZone());
        Thread thread = new Thread(scan, "volsnap scan " + control.blockPoolId() + " " + volume.root());
        thread.setDaemon(true);
        thread.start();
        return new Running(scan, pace, thread);
    }

    @Override
    public void remove(Path root) {
        Running removed = scans.remove(root);
        if (removed != null) {
            removed.stop();
        }
    }

    @Override
    public Optional<String> problem() {
        List<String> problems = scans.values().stream()
                .flatMap(running -> running.scan().problem().stream())
                .sorted()
                .toList();
        return problems.isEmpty()
                ? Optional.empty()
                : Optional.of(problems.stream().collect(Collectors.joining("; ")));
    }

    private int damaged() {
        return scans.values().stream()
                .mapToInt(running -> running.scan().damaged())
                .sum();
    }

    @Override
    public void close() {
        scans.values().forEach(running -> running.pace().stop());
        List.copyOf(scans.keySet()).forEach(this::remove);
        metrics.close();
    }
}
