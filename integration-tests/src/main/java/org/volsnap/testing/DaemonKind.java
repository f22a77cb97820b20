/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.testing;

import java.util.Locale;

/** What has a process of its own on a cluster. */
public enum DaemonKind {
    NAMENODE,
    DATANODE,
    JOURNALNODE;

    /** As {@code hdfs --daemon} takes it. */
    public String title() {
        return name().toLowerCase(Locale.ROOT);
    }
}
