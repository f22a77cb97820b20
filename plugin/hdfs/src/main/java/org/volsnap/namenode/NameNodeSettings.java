/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.volsnap.conf.VolsnapKeys.CREATE_TIMEOUT;
import static org.volsnap.conf.VolsnapKeys.CREATE_TIMEOUT_DEFAULT;
import static org.volsnap.conf.VolsnapKeys.LEASE;
import static org.volsnap.conf.VolsnapKeys.LEASE_DEFAULT;
import static org.volsnap.conf.VolsnapKeys.POLL_INTERVAL;
import static org.volsnap.conf.VolsnapKeys.POLL_INTERVAL_DEFAULT;

import java.time.Duration;
import org.apache.hadoop.conf.Configuration;

/**
 * What the configuration says.
 *
 * @param pollInterval how often a DataNode polls in a small cluster
 * @param lease after this long without a poll a DataNode preserves everything by itself
 * @param createTimeout how long an operator's command waits for DataNodes
 */
record NameNodeSettings(Duration pollInterval, Duration lease, Duration createTimeout) {
    /** With this many polls a second the NameNode is not noticeably busier. */
    private static final int MAX_POLLS_PER_SECOND = 1000;

    static NameNodeSettings of(Configuration conf) {
        return new NameNodeSettings(
                Duration.ofMillis(conf.getTimeDuration(POLL_INTERVAL, POLL_INTERVAL_DEFAULT, MILLISECONDS)),
                Duration.ofMillis(conf.getTimeDuration(LEASE, LEASE_DEFAULT, MILLISECONDS)),
                Duration.ofMillis(conf.getTimeDuration(CREATE_TIMEOUT, CREATE_TIMEOUT_DEFAULT, MILLISECONDS)));
    }

    /** How often each of so many DataNodes polls. */
    Duration pollInterval(int datanodes) {
        Duration least = Duration.ofSeconds(1).multipliedBy(datanodes).dividedBy(MAX_POLLS_PER_SECOND);
        return least.compareTo(pollInterval) > 0 ? least : pollInterval;
    }
}
