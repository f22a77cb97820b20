/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode;

import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.hdfs.DFSConfigKeys;

/** What is typed after a step of a rollback on this cluster, in order. */
public final class NextLines {
    private static final String STOP = "hdfs --daemon stop namenode";
    private static final String START = "hdfs --daemon start namenode";
    private static final String WAIT = "hdfs dfsadmin -safemode wait";
    private static final String CHECK = "hdfs fsck /";

    private NextLines() {}

    /**
     * After {@code -prepareRollback}.
     *
     * @param forced it was given {@code -force}
     */
    static List<String> afterPrepare(Configuration conf, String snapshot, boolean forced) {
        List<String> lines = new ArrayList<>();
        String rollback = "hdfs volsnap -rollback " + (forced ? "-force " : "") + snapshot;
        Nameservice service = Nameservice.of(conf).orElse(null);
        if (service == null) {
            lines.add(STOP);
            lines.add(rollback);
        } else {
            if (hasFailoverControllers(conf)) {
                lines.add("hdfs --daemon stop zkfc    # on every NameNode's host");
            }
            lines.add(STOP + "    # on every NameNode's host");
            lines.add(rollback + "    # on the host of " + service.self());
        }
        lines.addAll(afterRollback(conf));
        return lines;
    }

    /** After {@code -rollback}. */
    public static List<String> afterRollback(Configuration conf) {
        Nameservice service = Nameservice.of(conf).orElse(null);
        if (service == null) {
            return List.of(START, WAIT, CHECK);
        }
        List<String> lines = new ArrayList<>();
        lines.add(START + "    # here");
        lines.add(
                hasFailoverControllers(conf)
                        ? "hdfs --daemon start zkfc    # here"
                        : "hdfs haadmin -transitionToActive --forceactive " + service.self());
        for (String other : service.others().keySet().stream().sorted().toList()) {
            lines.add("hdfs namenode -bootstrapStandby -force    # on the host of " + other);
            lines.add(START + "    # on the host of " + other);
            if (hasFailoverControllers(conf)) {
                lines.add("hdfs --daemon start zkfc    # on the host of " + other);
            }
        }
        lines.add(WAIT);
        lines.add(CHECK);
        return lines;
    }

    private static boolean hasFailoverControllers(Configuration conf) {
        return conf.getBoolean(
                DFSConfigKeys.DFS_HA_AUTO_FAILOVER_ENABLED_KEY, DFSConfigKeys.DFS_HA_AUTO_FAILOVER_ENABLED_DEFAULT);
    }
}
