/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.cli;

import java.util.Optional;
import java.util.stream.Collectors;
import org.volsnap.protocol.proto.VolsnapProtos.LeftOutProto;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotProto;

/** The DataNodes that were left out of a snapshot, in one line. */
final class LeftOutNames {
    private LeftOutNames() {}

    /** Empty when there are none. */
    static Optional<String> of(SnapshotProto snapshot) {
        return snapshot.getLeftOutCount() == 0
                ? Optional.empty()
                : Optional.of(snapshot.getLeftOutList().stream()
                        .map(LeftOutNames::name)
                        .collect(Collectors.joining(", ")));
    }

    private static String name(LeftOutProto leftOut) {
        return leftOut.hasHostAndPort() ? leftOut.getHostAndPort() + " (" + leftOut.getUuid() + ")" : leftOut.getUuid();
    }
}
