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
    private record Seen(PollRequestProto poll, long nanos) {}

    private final Ticker ticker;
    private final Duration lease;
    private final Map<String, Seen> seen = new ConcurrentHashMap<>();

    DatanodeTracker(Ticker ticker, Duration lease) {
        this.ticker = requireNonNull(ticker, "ticker is null");
        this.lease = requireNonNull(lease, "lease is null");
    }

    void polled(PollRequestProto poll) {
        // What verify found can be large and is handed on at once.
        PollRequestProto status = poll.toBuilder().clearVerifyResults().build();
        seen.put(poll.getDatanodeUuid(), new Seen(status, ticker.read()));
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

    /** How many DataNodes poll. */
    int count() {
        return seen.size();
    }

    /**
     * Forgets everybody. While another NameNode was active it renewed the leases: what was polled here before says nothing
     * about them.
     */
    void forget() {
        seen.clear();
    }

    /** Forgets all others. */
    void retain(Collection<String> uuids) {
        seen.keySet().retainAll(uuids);
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
