/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode.mount;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.List;

/**
 * What the process of a snapshot's NameNode is started with.
 *
 * @param snapshot its name
 * @param port of the RPC server; 0 for a free one
 * @param replaces block pool id of the mount whose NameNode is gone; empty when there is none
 * @param timeout after which it is said how many blocks are missing; the NameNode goes on
 */
public record MountRequest(String snapshot, int port, String replaces, Duration timeout) {
    public MountRequest {
        requireNonNull(snapshot, "snapshot is null");
        checkArgument(port >= 0 && port <= 0xffff, "port must be 0 to 65535, was %s", port);
        requireNonNull(replaces, "replaces is null");
        requireNonNull(timeout, "timeout is null");
    }

    /** What {@link MountProcess} takes behind the configuration. */
    public List<String> toArguments() {
        return List.of(snapshot, Integer.toString(port), replaces, Long.toString(timeout.toSeconds()));
    }

    static MountRequest parse(List<String> arguments) {
        checkArgument(arguments.size() == 4, "expected 4 arguments: %s", arguments);
        return new MountRequest(
                arguments.get(0),
                Integer.parseInt(arguments.get(1)),
                arguments.get(2),
                Duration.ofSeconds(Long.parseLong(arguments.get(3))));
    }
}
