/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.protocol;

import java.util.Set;
import java.util.stream.Collectors;
import org.volsnap.protocol.proto.VolsnapProtos.LeftOutProto;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotProto;

/** The DataNodes that were left out of a snapshot. */
public final class LeftOut {
    private LeftOut() {}

    public static Set<String> uuids(SnapshotProto snapshot) {
        return snapshot.getLeftOutList().stream().map(LeftOutProto::getUuid).collect(Collectors.toUnmodifiableSet());
    }

    /** Whether nothing on this DataNode counts for the snapshot. */
    public static boolean contains(SnapshotProto snapshot, String datanodeUuid) {
        return snapshot.getLeftOutList().stream()
                .anyMatch(leftOut -> leftOut.getUuid().equals(datanodeUuid));
    }
}
