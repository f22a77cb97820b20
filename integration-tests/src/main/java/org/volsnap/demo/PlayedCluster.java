/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.demo;

import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.volsnap.testing.DaemonKind;

/** What {@link PlayCluster} runs. Safe for many threads. */
interface PlayedCluster {
    /** What a client or a command uses. */
    Configuration configuration();

    /** {@code host:port} of the NameNode's web pages. */
    String webAddress();

    boolean isInSafeMode() throws IOException;

    /**
     * Stops the NameNode, or all DataNodes, as if they were on one host.
     *
     * @throws IOException when it can't be stopped
     */
    void stop(DaemonKind daemon) throws IOException;

    /** @throws IOException when it can't be started */
    void start(DaemonKind daemon) throws IOException;

    /** Stops everything; leaves the files. */
    void close();
}
