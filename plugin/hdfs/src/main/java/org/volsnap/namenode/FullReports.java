/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode;

import java.util.Collection;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** DataNodes that are to send a full block report: told once, with their next poll. Safe for many threads. */
final class FullReports {
    private final Set<String> wanted = ConcurrentHashMap.newKeySet();

    void want(Collection<String> datanodes) {
        wanted.addAll(datanodes);
    }

    /** Whether this DataNode is to send one; true only once. */
    boolean take(String datanode) {
        return wanted.remove(datanode);
    }
}
