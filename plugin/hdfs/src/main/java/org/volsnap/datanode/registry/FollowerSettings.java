/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode.registry;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.hdfs.DFSConfigKeys;
import org.volsnap.conf.VolsnapKeys;

/**
 * How a follower works until the NameNode says otherwise, and who it says it is.
 *
 * @param datanodeUuid of this DataNode
 * @param hostAndPort of this DataNode, for the operator
 * @param pollInterval pause between polls
 * @param lease how long a registry may be trusted
 * @param writerTimeout how long to wait for one writer to stop
 */
record FollowerSettings(
        String datanodeUuid, String hostAndPort, Duration pollInterval, Duration lease, Duration writerTimeout) {
    FollowerSettings {
        requireNonNull(datanodeUuid, "datanodeUuid is null");
        requireNonNull(hostAndPort, "hostAndPort is null");
        requireNonNull(pollInterval, "pollInterval is null");
        requireNonNull(lease, "lease is null");
        requireNonNull(writerTimeout, "writerTimeout is null");
    }

    static FollowerSettings of(Configuration conf, String datanodeUuid, String hostAndPort) {
        return new FollowerSettings(
                datanodeUuid,
                hostAndPort,
                time(conf, VolsnapKeys.POLL_INTERVAL, VolsnapKeys.POLL_INTERVAL_DEFAULT),
                time(conf, VolsnapKeys.LEASE, VolsnapKeys.LEASE_DEFAULT),
                Duration.ofMillis(conf.getLong(
                        DFSConfigKeys.DFS_DATANODE_XCEIVER_STOP_TIMEOUT_MILLIS_KEY,
                        DFSConfigKeys.DFS_DATANODE_XCEIVER_STOP_TIMEOUT_MILLIS_DEFAULT)));
    }

    private static Duration time(Configuration conf, String key, String defaultValue) {
        return Duration.ofMillis(conf.getTimeDuration(key, defaultValue, TimeUnit.MILLISECONDS));
    }
}
