/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode;

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
}
