/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.cli;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.volsnap.protocol.proto.VolsnapProtos.RegistryProto;
import org.volsnap.protocol.proto.VolsnapProtos.RollbackEpochProto;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotProto;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotStateProto;

/**
 * In which order snapshots are asked for something that was deleted: those of what the cluster's present state came from,
 * newest first, and then those that a rollback has left behind, its safety snapshot among them, newest first. A rollback
 * was made to get rid of what these hold.
 */
final class UndeleteOrder {
    private UndeleteOrder() {}

    /**
     * A snapshot that can be asked.
     *
     * @param leftBehind whether it holds a state that a rollback took back
     */
    record Candidate(SnapshotProto snapshot, boolean leftBehind) {}

    static List<Candidate> of(RegistryProto registry) {
        List<Candidate> candidates = new ArrayList<>();
        for (SnapshotProto snapshot : registry.getSnapshotsList()) {
            if (snapshot.getState() == SnapshotStateProto.ACTIVE) {
                candidates.add(new Candidate(snapshot, !isBefore(snapshot.getId(), registry)));
            }
        }
        candidates.sort(Comparator.comparing(Candidate::leftBehind)
                .thenComparing(candidate -> -candidate.snapshot().getId()));
        return candidates;
    }

    /**
     * Whether the state of now came from that of a snapshot: ids grow with time, and a rollback leads from the time after
     * its safety snapshot back to its target, and so on from there.
     */
    private static boolean isBefore(long id, RegistryProto registry) {
        long last = Long.MAX_VALUE;
        while (true) {
            Optional<RollbackEpochProto> rollback = lastBefore(last, registry);
            if (rollback.isEmpty() || id > rollback.get().getSafetySnapshotId()) {
                return id <= last;
            }
            last = rollback.get().getSnapshotId();
        }
    }

    private static Optional<RollbackEpochProto> lastBefore(long snapshot, RegistryProto registry) {
        return registry.getEpochsList().stream()
                .filter(epoch -> epoch.hasSafetySnapshotId() && epoch.getSafetySnapshotId() < snapshot)
                .max(Comparator.comparing(RollbackEpochProto::getSafetySnapshotId));
    }
}
