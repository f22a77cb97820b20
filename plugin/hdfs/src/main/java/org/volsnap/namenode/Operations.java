/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode;

import java.io.IOException;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.hadoop.hdfs.server.namenode.VolsnapNameNodeBridge.Locked;
import org.jspecify.annotations.Nullable;
import org.volsnap.protocol.RefusedException;

/** Of the operations that wait for DataNodes, one runs at a time; a second is refused, not queued. */
final class Operations {
    private final AtomicReference<@Nullable String> running = new AtomicReference<>();

    <T> T run(String name, Locked<T> operation) throws IOException {
        String other = running.compareAndExchange(null, name);
        if (other != null) {
            throw new RefusedException("'" + other + "' is running; try again when it has ended");
        }
        try {
            return operation.call();
        } finally {
            running.set(null);
        }
    }
}
