/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode;

import static java.util.Comparator.comparing;
import static java.util.Objects.requireNonNull;

import com.google.common.base.Ticker;
import com.google.common.cache.Cache;
import com.google.common.cache.CacheBuilder;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BinaryOperator;
import org.volsnap.protocol.proto.VolsnapProtos.PollRequestProto;
import org.volsnap.protocol.proto.VolsnapProtos.RollbackProgressProto;
import org.volsnap.protocol.proto.VolsnapProtos.VolumeProgressProto;

/**
 * How far DataNodes are with a rollback, storage volume by storage volume. Taken also from those that are not registered,
 * because a DataNode applies a rollback before it registers: for the operator only, and no more than so many. What was
 * shown once is never followed by less. Lost with the process: DataNodes tell again. Safe for many threads.
 */
final class RollbackProgress {
    private static final int MOST_DATANODES = 10_000;
    private static final int MOST_VOLUMES = 1_000;

    /** After that a DataNode that is gone is not shown any more. */
    private static final Duration KEPT = Duration.ofHours(1);

    private static final BinaryOperator<VolumeProgressProto> FURTHER = BinaryOperator.maxBy(
            comparing(VolumeProgressProto::getEpoch).thenComparing(VolumeProgressProto::getPercent));

    private record Told(String hostAndPort, List<VolumeProgressProto> volumes, long nanos) {}

    private final Ticker ticker;
    private final Cache<String, Told> byUuid;

    RollbackProgress(Ticker ticker) {
        this.ticker = requireNonNull(ticker, "ticker is null");
        byUuid = CacheBuilder.newBuilder()
                .maximumSize(MOST_DATANODES)
                .expireAfterWrite(KEPT)
                .ticker(ticker)
                .build();
    }

    void polled(PollRequestProto poll) {
        String uuid = poll.getDatanodeUuid();
        if (poll.getRollbackProgressCount() == 0) {
            byUuid.invalidate(uuid);
            return;
        }
        byUuid.asMap()
                .compute(
                        uuid,
                        (key, before) -> new Told(
                                poll.getHostAndPort(),
                                furthest(before == null ? List.of() : before.volumes(), poll.getRollbackProgressList()),
                                ticker.read()));
    }

    /** Of the storage volumes that are told now. */
    private static List<VolumeProgressProto> furthest(List<VolumeProgressProto> before, List<VolumeProgressProto> now) {
        Map<String, VolumeProgressProto> volumes = new TreeMap<>();
        now.stream().limit(MOST_VOLUMES).forEach(volume -> volumes.put(volume.getVolume(), volume));
        before.forEach(
                volume -> volumes.computeIfPresent(volume.getVolume(), (name, told) -> FURTHER.apply(volume, told)));
        return List.copyOf(volumes.values());
    }

    /** In the order of addresses. */
    List<RollbackProgressProto> toProto() {
        List<RollbackProgressProto> all = new ArrayList<>();
        byUuid.asMap()
                .forEach((uuid, told) -> all.add(RollbackProgressProto.newBuilder()
                        .setUuid(uuid)
                        .setHostAndPort(told.hostAndPort())
                        .setLastContactMillis(
                                Duration.ofNanos(ticker.read() - told.nanos()).toMillis())
                        .addAllVolumes(told.volumes())
                        .build()));
        all.sort(comparing(RollbackProgressProto::getHostAndPort));
        return all;
    }
}
