/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.conf;

/** Keys and defaults. Times accept unit suffixes ({@code 30s}), sizes too ({@code 64k}). */
public final class VolsnapKeys {
    /** Directories (comma list of paths or file URIs) in which the NameNode keeps the namespaces of snapshots. */
    public static final String NAMESPACE_DIR = "dfs.namenode.volsnap.namespace.dir";

    /** How often a DataNode polls, before it grows with the cluster. */
    public static final String POLL_INTERVAL = "dfs.namenode.volsnap.poll.interval";

    public static final String POLL_INTERVAL_DEFAULT = "1s";

    /** After this long without a poll a DataNode preserves everything, and the NameNode counts it as silent. */
    public static final String LEASE = "dfs.namenode.volsnap.lease";

    public static final String LEASE_DEFAULT = "30s";

    /** How long {@code -create} and {@code -prepareRollback} wait for the DataNodes. */
    public static final String CREATE_TIMEOUT = "dfs.namenode.volsnap.create.timeout";

    public static final String CREATE_TIMEOUT_DEFAULT = "60s";

    /** How long a snapshot that the NameNode takes by itself is kept; 0 for none. */
    public static final String WINDOW = "dfs.namenode.volsnap.window";

    public static final String WINDOW_DEFAULT = "0";

    /** How often the NameNode takes one by itself. */
    public static final String WINDOW_INTERVAL = "dfs.namenode.volsnap.window.interval";

    public static final String WINDOW_INTERVAL_DEFAULT = "1h";

    /** So many live DataNodes may be left out of one that the NameNode takes by itself. */
    public static final String WINDOW_ALLOW_MISSING = "dfs.namenode.volsnap.window.allow-missing";

    public static final int WINDOW_ALLOW_MISSING_DEFAULT = 0;

    /** How far {@code -rollback} raises every counter above anything ever used. */
    public static final String FENCE_MARGIN = "dfs.namenode.volsnap.fence.margin";

    public static final long FENCE_MARGIN_DEFAULT = 1_000_000;

    /**
     * The name or address under which clients and DataNodes find the host of a mounted snapshot's NameNode. Without it: the
     * name of the address from which it talks to the cluster's NameNode.
     */
    public static final String MOUNT_HOST = "dfs.namenode.volsnap.mount.host";

    /** Chunk size of new stores. */
    public static final String CHUNK_SIZE = "dfs.datanode.volsnap.chunk.size";

    public static final String CHUNK_SIZE_DEFAULT = "64k";

    /** Threads that copy chunks, per block pool. */
    public static final String COPY_THREADS = "dfs.datanode.volsnap.copy.threads";

    public static final int COPY_THREADS_DEFAULT = 4;

    /** Chunks of a block pool that are copied at the same time at most; 0 for as many as 32 MiB hold. */
    public static final String COPIES_IN_FLIGHT = "dfs.datanode.volsnap.copy.in-flight";

    public static final int COPIES_IN_FLIGHT_DEFAULT = 0;

    /** Bytes that a block pool copies in a second at most; 0 for no limit. */
    public static final String COPY_RATE = "dfs.datanode.volsnap.copy.bandwidthPerSec";

    public static final String COPY_RATE_DEFAULT = "0";

    /** Bytes of what is preserved that a DataNode reads in a second to find rot, per storage volume; 0 for none. */
    public static final String SCAN_RATE = "dfs.datanode.volsnap.scan.volume.bytes.per.second";

    public static final String SCAN_RATE_DEFAULT = "1m";

    /** How often all that is preserved is read at most. */
    public static final String SCAN_PERIOD = "dfs.datanode.volsnap.scan.period";

    public static final String SCAN_PERIOD_DEFAULT = "21d";

    /** Class that opens stores and origins of a DataNode; tests put fault points here. */
    public static final String DATANODE_PARTS = "dfs.datanode.volsnap.parts.class";

    private VolsnapKeys() {}
}
