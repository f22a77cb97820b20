/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.testing;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.CommonConfigurationKeysPublic;
import org.apache.hadoop.fs.StorageType;
import org.apache.hadoop.hdfs.DFSConfigKeys;
import org.jspecify.annotations.Nullable;
import org.volsnap.conf.VolsnapKeys;

/**
 * Sizes and settings of a {@link VolsnapCluster}. Unless told otherwise: three DataNodes with two storage volumes each,
 * blocks of 1 MiB, replication 3, volsnap on, polled every 100 ms.
 */
public final class ClusterBuilder {
    static final String DATASET_FACTORY = "dfs.datanode.fsdataset.factory";
    static final String VOLSNAP_FACTORY = "org.volsnap.datanode.VolsnapDatasetFactory";
    static final String NAMENODE_PLUGINS = "dfs.namenode.plugins";
    static final String NAMENODE_PLUGIN = "org.volsnap.namenode.VolsnapNameNodePlugin";

    /** A DataNode that meets a connection to a NameNode that was restarted waits five seconds before it tries again. */
    private static final int CONNECTION_IDLE_MILLIS = 200;

    private final Path baseDir;
    private final Configuration conf = new Configuration();
    private int dataNodeCount = 3;
    private int replication = 3;
    private int volumeCount = 2;
    private StorageType @Nullable [] volumeTypes;
    private int nameserviceCount = 1;
    private boolean format = true;
    private boolean waitForSafeMode = true;
    private String clusterId = "volsnap-testing";

    ClusterBuilder(Path baseDir) {
        this.baseDir = requireNonNull(baseDir, "baseDir is null").toAbsolutePath();
        blockSize(1 << 20);
        plugin(true);
        conf.set(
                VolsnapKeys.NAMESPACE_DIR,
                this.baseDir.resolve("volsnap-namespace").toUri().toString());
        conf.set(VolsnapKeys.POLL_INTERVAL, "100ms");
        conf.setInt(CommonConfigurationKeysPublic.IPC_CLIENT_CONNECTION_MAXIDLETIME_KEY, CONNECTION_IDLE_MILLIS);
        conf.setInt(DFSConfigKeys.DFS_HEARTBEAT_INTERVAL_KEY, 1);
        conf.setInt(DFSConfigKeys.DFS_NAMENODE_REDUNDANCY_INTERVAL_SECONDS_KEY, 1);
        conf.setInt(DFSConfigKeys.DFS_NAMENODE_SAFEMODE_EXTENSION_KEY, 0);
        conf.setInt(DFSConfigKeys.DFS_NAMENODE_SAFEMODE_MIN_DATANODES_KEY, 1);
        conf.setBoolean(DFSConfigKeys.DFS_NAMENODE_ACLS_ENABLED_KEY, true);
    }

    public ClusterBuilder dataNodes(int count) {
        dataNodeCount = count;
        return this;
    }

    /** Replicas of a file, if there are as many DataNodes. */
    public ClusterBuilder replication(int count) {
        replication = count;
        return this;
    }

    /** Storage volumes of each DataNode. */
    public ClusterBuilder storageVolumes(int perDataNode) {
        volumeCount = perDataNode;
        return this;
    }

    /** Storage volumes of each DataNode, by their types. */
    public ClusterBuilder storageVolumes(StorageType... perDataNode) {
        volumeTypes = perDataNode.clone();
        return storageVolumes(perDataNode.length);
    }

    /**
     * A federation when more than one: as many NameNodes, each with a block pool of its own, on the same DataNodes.
     */
    public ClusterBuilder nameservices(int count) {
        nameserviceCount = count;
        conf.unset(VolsnapKeys.NAMESPACE_DIR);
        for (int i = 1; i <= count; i++) {
            Path kept = baseDir.resolve("volsnap-namespace-" + i);
            conf.set(VolsnapKeys.NAMESPACE_DIR + ".ns" + i, kept.toUri().toString());
        }
        return this;
    }

    /** @param bytes a multiple of 512 */
    public ClusterBuilder blockSize(long bytes) {
        conf.setLong(DFSConfigKeys.DFS_NAMENODE_MIN_BLOCK_SIZE_KEY, Math.min(bytes, 1 << 20));
        conf.setLong(DFSConfigKeys.DFS_BLOCK_SIZE_KEY, bytes);
        return this;
    }

    /** Whether the keys that enable volsnap are set, with the values that an operator sets. */
    public ClusterBuilder plugin(boolean enabled) {
        if (enabled) {
            conf.set(DATASET_FACTORY, VOLSNAP_FACTORY);
            conf.set(NAMENODE_PLUGINS, NAMENODE_PLUGIN);
        } else {
            conf.unset(DATASET_FACTORY);
            conf.unset(NAMENODE_PLUGINS);
        }
        return this;
    }

    /** False to start on the files that an earlier cluster left in the same base directory. */
    public ClusterBuilder format(boolean value) {
        format = value;
        return this;
    }

    /** False for a cluster that may come up in safe mode and stay there. */
    public ClusterBuilder waitForSafeMode(boolean value) {
        waitForSafeMode = value;
        return this;
    }

    public ClusterBuilder clusterId(String value) {
        clusterId = value;
        return this;
    }

    /** Any other key. */
    public ClusterBuilder set(String key, String value) {
        conf.set(key, value);
        return this;
    }

    /** Starts it and waits until all DataNodes are registered. */
    public VolsnapCluster build() throws IOException {
        return VolsnapCluster.start(this);
    }

    /**
     * Starts two NameNodes that share their edits, in place of one, and waits until all DataNodes are registered. Keeps
     * namespaces where they are kept by default.
     */
    public VolsnapHaCluster buildHa() throws IOException {
        return VolsnapHaCluster.start(this);
    }

    /** Starts it in processes of its own, and waits until all DataNodes are registered. */
    public ProcessCluster buildProcesses() throws IOException {
        return ProcessCluster.start(this, false);
    }

    /** The same with two NameNodes, the first of them active, and three JournalNodes. */
    public ProcessCluster buildHaProcesses() throws IOException {
        return ProcessCluster.start(this, true);
    }

    Path baseDir() {
        return baseDir;
    }

    Configuration configuration() {
        return conf;
    }

    int dataNodeCount() {
        return dataNodeCount;
    }

    int replication() {
        return Math.max(1, Math.min(replication, dataNodeCount));
    }

    int volumeCount() {
        return volumeCount;
    }

    Optional<StorageType[]> volumeTypes() {
        return Optional.ofNullable(volumeTypes);
    }

    int nameserviceCount() {
        return nameserviceCount;
    }

    boolean formats() {
        return format;
    }

    boolean waitsForSafeMode() {
        return waitForSafeMode;
    }

    String clusterId() {
        return clusterId;
    }
}
