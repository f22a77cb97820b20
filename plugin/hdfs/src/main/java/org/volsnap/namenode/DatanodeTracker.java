/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode;

import static com.google.common.collect.ImmutableMap.toImmutableMap;
import static java.util.Objects.requireNonNull;

import com.google.common.base.Ticker;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToLongFunction;
import org.apache.hadoop.hdfs.server.blockmanagement.DatanodeDescriptor;
import org.apache.hadoop.util.Time;
import org.volsnap.protocol.proto.VolsnapProtos.PollRequestProto;

/** The last poll of every DataNode. Lost with the process: DataNodes tell again. Safe for many threads. */
final class DatanodeTracker {
    /** Heartbeats without a poll for this part of a lease tell that there are no polls to come. */
    private static final int HEARTBEATS_ALONE_PART = 4;

    private record Seen(PollRequestProto poll, long nanos) {}

    private final Ticker ticker;
    private final Duration lease;
    private final RollbackProgress rollbackProgress;
    private final Map<String, Seen> seen = new ConcurrentHashMap<>();

    /** DataNodes that are live and have not polled yet, and since when that is known. */
    private final Map<String, Long> awaited = new ConcurrentHashMap<>();

    /** DataNodes whose heartbeats came without polls, and since when that is known. */
    private final Map<String, Long> alone = new ConcurrentHashMap<>();

    DatanodeTracker(Ticker ticker, Duration lease) {
        this.ticker = requireNonNull(ticker, "ticker is null");
        this.lease = requireNonNull(lease, "lease is null");
        this.rollbackProgress = new RollbackProgress(ticker);
    }

    /** What is known of DataNodes that carry out a rollback, registered or not. */
    RollbackProgress rollbackProgress() {
        return rollbackProgress;
    }

    void polled(PollRequestProto poll) {
        // What verify found and the registry can be large, and are handed on at once.
        PollRequestProto status =
                poll.toBuilder().clearVerifyResults().clearRegistry().build();
        seen.put(poll.getDatanodeUuid(), new Seen(status, ticker.read()));
        awaited.remove(poll.getDatanodeUuid());
        alone.remove(poll.getDatanodeUuid());
    }

    Optional<PollRequestProto> lastPoll(String uuid) {
        return Optional.ofNullable(seen.get(uuid)).map(Seen::poll);
    }

    /** How long ago the DataNode polled. */
    Optional<Duration> age(String uuid) {
        return Optional.ofNullable(seen.get(uuid)).map(last -> Duration.ofNanos(ticker.read() - last.nanos()));
    }

    /**
     * Has polled before, but not within the lease: it is gone, or it knows nothing of what came since and therefore
     * preserves everything. The DataNode counts from when it sent the poll, so its lease is never the longer one.
     */
    boolean isSilent(String uuid) {
        return age(uuid).filter(age -> age.compareTo(lease) > 0).isPresent();
    }

    /**
     * Whether its lease is over and no heartbeat came after its polls either: it preserves everything, or nothing
     * happens to what it holds. One that was away, and sends heartbeats again, is not meant: whether it has the plugin
     * will be seen.
     */
    boolean isGone(DatanodeDescriptor datanode) {
        return isGone(datanode.getDatanodeUuid(), sinceHeartbeat(datanode));
    }

    boolean isGone(String uuid, Duration sinceHeartbeat) {
        return isSilent(uuid) && !isAlone(uuid, sinceHeartbeat);
    }

    /**
     * Whether the DataNode sends heartbeats and does not poll: its plugin is missing, or was taken away. Not known
     * before a lease is over, nor in the first moments of one that was away: the first poll after a registration comes
     * a little later than the first heartbeat.
     */
    boolean runsWithoutPlugin(DatanodeDescriptor datanode) {
        return runsWithoutPlugin(datanode.getDatanodeUuid(), sinceHeartbeat(datanode));
    }

    /** @param sinceHeartbeat the age of its last heartbeat */
    boolean runsWithoutPlugin(String uuid, Duration sinceHeartbeat) {
        long now = ticker.read();
        if (!seen.containsKey(uuid)) {
            return now - awaited.getOrDefault(uuid, now) > lease.toNanos();
        }
        return isSilent(uuid) && isAlone(uuid, sinceHeartbeat) && now - alone.getOrDefault(uuid, now) > aloneNanos();
    }

    /** Whether a heartbeat came later after the last poll than heartbeats of a DataNode that polls. */
    private boolean isAlone(String uuid, Duration sinceHeartbeat) {
        return age(uuid)
                .filter(age -> age.minus(sinceHeartbeat).toNanos() > aloneNanos())
                .isPresent();
    }

    private long aloneNanos() {
        return lease.dividedBy(HEARTBEATS_ALONE_PART).toNanos();
    }

    /** By the clock that Hadoop takes for heartbeats. */
    private static Duration sinceHeartbeat(DatanodeDescriptor datanode) {
        return Duration.ofMillis(Time.monotonicNow() - datanode.getLastUpdateMonotonic());
    }

    /** How many DataNodes poll. */
    int count() {
        return seen.size();
    }

    /**
     * Forgets everybody. While another NameNode was active it renewed the leases: what was polled here before says
     * nothing about them.
     */
    void forget() {
        seen.clear();
        awaited.clear();
        alone.clear();
    }

    /** These DataNodes are live; forgets all others. To be called often: notes who has begun not to poll. */
    void retain(Collection<DatanodeDescriptor> live) {
        retain(live.stream()
                .collect(toImmutableMap(DatanodeDescriptor::getDatanodeUuid, DatanodeTracker::sinceHeartbeat)));
    }

    /** @param live with the age of the last heartbeat of each */
    void retain(Map<String, Duration> live) {
        seen.keySet().retainAll(live.keySet());
        awaited.keySet().retainAll(live.keySet());
        alone.keySet().retainAll(live.keySet());
        live.forEach((uuid, sinceHeartbeat) -> {
            if (!seen.containsKey(uuid)) {
                awaited.putIfAbsent(uuid, ticker.read());
            } else if (isAlone(uuid, sinceHeartbeat)) {
                alone.putIfAbsent(uuid, ticker.read());
            }
        });
    }

    /** The largest generation stamp that any DataNode has named. */
    long highestStamp() {
        return highest(PollRequestProto::getHighestStamp);
    }

    /** The largest block id that any DataNode has named. */
    long highestBlockId() {
        return highest(PollRequestProto::getHighestBlockId);
    }

    private long highest(ToLongFunction<PollRequestProto> value) {
        return seen.values().stream()
                .mapToLong(last -> value.applyAsLong(last.poll()))
                .max()
                .orElse(0);
    }
}
