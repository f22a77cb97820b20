/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode.scan;

import static java.util.Objects.requireNonNull;

import com.google.common.collect.ImmutableSortedSet;
import com.google.common.collect.ListMultimap;
import com.google.common.collect.MultimapBuilder;
import com.google.common.primitives.Longs;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.volsnap.datanode.PoolControl;
import org.volsnap.datanode.PoolVolume;
import org.volsnap.engine.ChunkScan;
import org.volsnap.model.BlockKey;
import org.volsnap.model.SnapshotId;
import org.volsnap.protocol.proto.VolsnapDatanodeProtos.ScanDamageProto;
import org.volsnap.store.WholeReplica;
import org.volsnap.store.WholeReplicaStore;

/**
 * Scans one storage volume for one block pool: runs until its pace is stopped, and does nothing while there is no snapshot.
 * What goes away while it is read was no damage.
 */
final class VolumeScan implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(VolumeScan.class);

    /** As {@code dfs.block.scanner.cursor.save.interval.ms}. */
    private static final Duration SAVE_INTERVAL = Duration.ofMinutes(10);

    /** What the look into a directory counts for: about a seek. */
    private static final int LISTING_BYTES = 1 << 16;

    private final PoolControl control;
    private final PoolVolume volume;
    private final ScanSettings settings;
    private final ScanPace pace;
    private final ScanMetrics metrics;
    private final Clock clock;
    private final WholeReplicaCheck check;
    private final ScanFile file;
    private final Damages damages = new Damages();
    private final ScanCursor cursor;
    private long savedMillis;

    VolumeScan(
            PoolControl control,
            PoolVolume volume,
            ScanSettings settings,
            ScanPace pace,
            ScanMetrics metrics,
            Clock clock) {
        this.control = requireNonNull(control, "control is null");
        this.volume = requireNonNull(volume, "volume is null");
        this.settings = requireNonNull(settings, "settings is null");
        this.pace = requireNonNull(pace, "pace is null");
        this.metrics = requireNonNull(metrics, "metrics is null");
        this.clock = requireNonNull(clock, "clock is null");
        this.check = new WholeReplicaCheck(control.geometry());
        this.file = new ScanFile(volume.volsnap(control.blockPoolId()));
        this.cursor = file.read()
                .map(state -> {
                    damages.load(state.getDamagesList());
                    return new ScanCursor(state);
                })
                .orElseGet(ScanCursor::new);
    }

    /** What is damaged here, in words. */
    Optional<String> problem() {
        return damages.summary().map(summary -> volume.root() + ": " + summary);
    }

    int damaged() {
        return damages.count();
    }

    @Override
    public void run() {
        try {
            while (true) {
                step();
            }
        } catch (InterruptedIOException e) {
            LOG.debug("{}: {}", volume.root(), e.getMessage());
        }
    }

    private void step() throws InterruptedIOException {
        try {
            if (control.engine().chain().isEmpty() || !cursor.isDue(clock.millis(), settings.period())) {
                damages.retain(this::isThere);
                pace.pause(settings.idle());
            } else {
                scanPart();
            }
        } catch (InterruptedIOException e) {
            if (cursor.hasBegun()) {
                save();
            }
            throw e;
        } catch (IOException | RuntimeException e) {
            LOG.warn("{}: the scan of what is preserved can't go on, it is tried again", volume.root(), e);
            pace.pause(settings.idle());
        }
    }

    private void scanPart() throws IOException {
        pace.before(LISTING_BYTES);
        ListMultimap<Long, WholeReplica> whole = wholeReplicas();
        for (long blockId : blocks(whole)) {
            if (!cursor.isPast(blockId)) {
                scan(blockId, whole.get(blockId));
                cursor.passed(blockId);
                saveNowAndThen();
            }
        }
        if (cursor.endPart()) {
            damages.retain(this::isThere);
            metrics.periodFinished();
            save();
            LOG.info("{}: {} was scanned, known to be damaged: {}", control.blockPoolId(), volume.root(), damaged());
        }
    }

    private ListMultimap<Long, WholeReplica> wholeReplicas() throws IOException {
        ListMultimap<Long, WholeReplica> found =
                MultimapBuilder.treeKeys().arrayListValues().build();
        for (SnapshotId owner : owners()) {
            pace.before(LISTING_BYTES);
            for (WholeReplica replica : volume.store().replicas().list(owner, cursor.part())) {
                found.put(replica.key().blockId(), replica);
            }
        }
        return found;
    }

    private List<SnapshotId> owners() throws IOException {
        try (Stream<SnapshotId> owners = volume.store().replicas().owners()) {
            return owners.toList();
        }
    }

    private SortedSet<Long> blocks(ListMultimap<Long, WholeReplica> whole) {
        long[] withChunks =
                control.engine().chunkScan().blocks(blockId -> WholeReplicaStore.partOf(blockId) == cursor.part());
        return ImmutableSortedSet.<Long>naturalOrder()
                .addAll(whole.keySet())
                .addAll(Longs.asList(withChunks))
                .build();
    }

    private void scan(long blockId, List<WholeReplica> whole) throws InterruptedIOException {
        try {
            for (WholeReplica replica : whole) {
                scan(replica);
            }
            for (ChunkScan.Damage damage :
                    control.engine().chunkScan().read(blockId, volume.store(), this::beforeRead)) {
                found(place(damage.key())
                        .setVersion(damage.version())
                        .setChunk(damage.chunk())
                        .setReason(name(damage.key()) + ", chunk " + damage.chunk() + ": " + damage.reason())
                        .build());
            }
        } catch (InterruptedIOException e) {
            throw e;
        } catch (IOException e) {
            LOG.warn("{}: blk_{} could not be scanned", volume.root(), blockId, e);
        }
    }

    private void scan(WholeReplica replica) throws IOException {
        ScanDamageProto.Builder place = place(replica.key());
        try {
            check.check(replica.files(), this::beforeRead);
            damages.remove(place.setReason("").build());
        } catch (InterruptedIOException e) {
            throw e;
        } catch (IOException e) {
            if (isThere(place.setReason("").build())) {
                if (!WholeReplicaCheck.isDamage(e)) {
                    throw e;
                }
                found(place.setReason(name(replica.key()) + ": " + e.getMessage())
                        .build());
            }
        }
    }

    private void beforeRead(int bytes) throws InterruptedIOException {
        pace.before(bytes);
        metrics.read(bytes);
    }

    private void found(ScanDamageProto damage) {
        ScanDamageProto oneLine = damage.toBuilder()
                .setReason(damage.getReason().replace('\n', ' '))
                .build();
        if (damages.add(oneLine)) {
            LOG.error("{}: preserved and damaged: {}", volume.root(), oneLine.getReason());
            metrics.damageFound();
            save();
        }
    }

    private static ScanDamageProto.Builder place(BlockKey key) {
        return ScanDamageProto.newBuilder().setBlockId(key.blockId()).setStamp(key.stamp());
    }

    private static String name(BlockKey key) {
        return "blk_" + key.blockId() + "_" + key.stamp();
    }

    /** Under any owner: a snapshot that goes hands down what another needs. */
    private boolean isThere(ScanDamageProto damage) {
        if (damage.hasVersion()) {
            return control.engine().chunkScan().isKnown(damage.getBlockId(), damage.getVersion());
        }
        BlockKey key = new BlockKey(control.blockPoolId(), damage.getBlockId(), damage.getStamp());
        try {
            for (SnapshotId owner : owners()) {
                if (volume.store().replicas().find(key, owner).isPresent()) {
                    return true;
                }
            }
            return false;
        } catch (IOException e) {
            LOG.warn("{}: can't look for {}", volume.root(), key, e);
            return true;
        }
    }

    private void saveNowAndThen() {
        if (Math.abs(clock.millis() - savedMillis) >= SAVE_INTERVAL.toMillis()) {
            save();
        }
    }

    private void save() {
        savedMillis = clock.millis();
        file.write(cursor.toProto().addAllDamages(damages.toProto()).build());
    }
}
