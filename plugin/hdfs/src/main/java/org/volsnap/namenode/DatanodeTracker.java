/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode;

import static java.util.Objects.requireNonNull;

import com.google.common.base.Ticker;
import java.time.Duration;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.ToLongFunction;
import org.volsnap.protocol.proto.VolsnapProtos.PollRequestProto;

/** The last poll of every DataNode. Lost with the process: DataNodes tell again. Safe for many threads. */
final class DatanodeTracker {
    /** Heartbeats that go on for this part of a lease after the last poll tell that there are no more polls to come. */
    private static final int HEARTBEATS_ALONE_PART = 4;

    private record Seen(PollRequestProto poll, long nanos) {}

    private final Ticker ticker;
    private final Duration lease;
    private final Map<String, Seen> seen = new ConcurrentHashMap<>();

    /** DataNodes that are live and have not polled yet, and since when that is known. */
    private final Map<String, Long> awaited = new ConcurrentHashMap<>();

    DatanodeTracker(Ticker ticker, Duration lease) {
        this.ticker = requireNonNull(ticker, "ticker is null");
        this.lease = requireNonNull(lease, "lease is null");
    }

    void polled(PollRequestProto poll) {
        // What verify found and the registry can be large, and are handed on at once.
        PollRequestProto status =
                poll.toBuilder().clearVerifyResults().clearRegistry().build();
        seen.put(poll.getDatanodeUuid(), new Seen(status, ticker.read()));
        awaited.remove(poll.getDatanodeUuid());
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
     * Whether the DataNode sends heartbeats and does not poll: its plugin is missing, or was taken away. Not known
     * before a lease is over. One that is gone sends neither, and is not meant: it preserves everything, or nothing
     * happens to what it holds.
     *
     * @param sinceHeartbeat the age of its last heartbeat
     */
    boolean runsWithoutPlugin(String uuid, Duration sinceHeartbeat) {
        Seen last = seen.get(uuid);
        long now = ticker.read();
        if (last == null) {
            return now - awaited.getOrDefault(uuid, now) > lease.toNanos();
        }
        long sincePoll = now - last.nanos();
        return sincePoll > lease.toNanos()
                && sincePoll - sinceHeartbeat.toNanos()
                        > lease.dividedBy(HEARTBEATS_ALONE_PART).toNanos();
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
    }

    /** These DataNodes are live; forgets all others. */
    void retain(Collection<String> uuids) {
        seen.keySet().retainAll(uuids);
        awaited.keySet().retainAll(uuids);
        uuids.stream()
                .filter(uuid -> !seen.containsKey(uuid))
                .forEach(uuid -> awaited.putIfAbsent(uuid, ticker.read()));
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
