/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode.registry;

import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.volsnap.datanode.PoolVolume;
import org.volsnap.protocol.proto.VolsnapDatanodeProtos.FollowerStateProto;
import org.volsnap.protocol.proto.VolsnapProtos.VolumeProgressProto;

/**
 * How far a rollback epoch is on each storage volume, as an operator is told it: from 0 to 100, and never going back. An
 * attempt that a crash cut short is repeated from its beginning, but finds what was done; so what was left then is the
 * whole way of the next one, and the figure goes on from where it was. 100 is told when the epoch is durably applied. Not
 * safe for many threads.
 */
final class EpochProgress {
    private static final int APPLIED = 100;

    /** @param percent how far it has got; {@code start} of this attempt */
    private record Way(long epoch, int start, int percent) {
        /** @param share of this attempt, in percent */
        int at(int share) {
            return Math.max(percent, start + (APPLIED - 1 - start) * share / APPLIED);
        }
    }

    private static final Way NONE = new Way(0, 0, 0);

    private final Map<Path, Way> ways = new HashMap<>();

    void load(PoolVolume volume, FollowerStateProto kept) {
        ways.put(volume.root(), new Way(kept.getProgressEpoch(), kept.getProgressPercent(), kept.getProgressPercent()));
    }

    void retain(Set<Path> roots) {
        ways.keySet().retainAll(roots);
    }

    void begin(long epoch, Collection<PoolVolume> volumes) {
        for (PoolVolume volume : volumes) {
            Way way = of(volume);
            int percent = way.epoch() == epoch ? way.percent() : 0;
            ways.put(volume.root(), new Way(epoch, percent, percent));
        }
    }

    private Way of(PoolVolume volume) {
        return ways.getOrDefault(volume.root(), NONE);
    }

    boolean isMore(PoolVolume volume, int share) {
        return of(volume).at(share) > of(volume).percent();
    }

    void advance(PoolVolume volume, int share) {
        Way way = of(volume);
        ways.put(volume.root(), new Way(way.epoch(), way.start(), way.at(share)));
    }

    void save(PoolVolume volume, FollowerStateProto.Builder state) {
        Way way = of(volume);
        if (way.epoch() > state.getAppliedEpoch()) {
            state.setProgressEpoch(way.epoch()).setProgressPercent(way.percent());
        }
    }

    /** The same as it will be. */
    FollowerStateProto with(PoolVolume volume, int share, FollowerStateProto.Builder state) {
        return state.setProgressEpoch(of(volume).epoch())
                .setProgressPercent(of(volume).at(share))
                .build();
    }

    /**
     * What is told of a storage volume.
     *
     * @param applied the last epoch that is applied there
     * @param last the last one there is
     */
    VolumeProgressProto describe(PoolVolume volume, long applied, long last) {
        Way way = of(volume);
        VolumeProgressProto.Builder progress =
                VolumeProgressProto.newBuilder().setVolume(volume.root().toString());
        if (applied >= last) {
            return progress.setEpoch(last).setPercent(APPLIED).build();
        }
        return progress.setEpoch(applied + 1)
                .setPercent(way.epoch() == applied + 1 ? way.percent() : 0)
                .build();
    }
}
