/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode.mount;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.hdfs.HAUtil;
import org.junit.jupiter.api.Test;

class SnapshotConfigurationTest {
    private static Configuration pair() {
        Configuration conf = new Configuration(false);
        conf.set("fs.defaultFS", "hdfs://pair");
        conf.set("dfs.nameservices", "pair,other");
        conf.set("dfs.ha.namenodes.pair", "nn1,nn2");
        conf.set("dfs.namenode.rpc-address.pair.nn1", "127.0.0.1:1");
        conf.set("dfs.namenode.rpc-address.pair.nn2", "192.0.2.1:1");
        conf.set("dfs.namenode.rpc-address.other", "192.0.2.2:1");
        conf.set("dfs.namenode.kerberos.principal.pair", "nn/_HOST@PAIR");
        conf.set("dfs.namenode.shared.edits.dir.pair", "qjournal://192.0.2.1:8485/pair");
        conf.set("dfs.namenode.name.dir", "/live");
        conf.set("dfs.namenode.plugins", "org.volsnap.namenode.VolsnapNameNodePlugin");
        return conf;
    }

    @Test
    void whatIsSetForTheNameserviceIsInForceAndPartnersAreNot() {
        Configuration own = SnapshotConfiguration.of(
                SnapshotConfiguration.ofNameNode(pair()), Path.of("/tmp/mounted"), "here", 8888);

        assertThat(own.get("dfs.namenode.kerberos.principal")).isEqualTo("nn/_HOST@PAIR");
        assertThat(own.get("dfs.namenode.shared.edits.dir")).isNull();
        assertThat(own.get("dfs.namenode.plugins")).isNull();
        assertThat(own.get("dfs.namenode.name.dir")).startsWith("file:").endsWith("/tmp/mounted");
        assertThat(own.get("dfs.namenode.edits.dir")).isEqualTo(own.get("dfs.namenode.name.dir"));
        assertThat(own.get("fs.defaultFS")).isEqualTo("hdfs://here:8888");
        assertThat(own.get("dfs.namenode.rpc-address")).isEqualTo("here:8888");
        assertThat(HAUtil.isHAEnabled(own, "pair")).isFalse();
    }

    @Test
    void callsToTheClusterStillGoToTheNameservice() {
        assertThat(SnapshotConfiguration.ofNameNode(pair()).get("fs.defaultFS")).isEqualTo("hdfs://pair");
    }

    @Test
    void aHostOfNeitherNameNodeOrOfBothHasWhatIsSetForTheNameservice() {
        for (String host : List.of("192.0.2.9", "127.0.0.1")) {
            Configuration conf = pair();
            conf.set("dfs.namenode.rpc-address.pair.nn1", host + ":1");
            conf.set("dfs.namenode.rpc-address.pair.nn2", host + ":2");
            Configuration own = SnapshotConfiguration.ofNameNode(conf);
            assertThat(own.get("dfs.namenode.kerberos.principal")).isEqualTo("nn/_HOST@PAIR");
            assertThat(own.get("dfs.namenode.rpc-address")).isNull();
        }
    }

    /** Hadoop's NameNode asks for its id in its constructor, and does not start when it finds none. */
    @Test
    void aHostNameThatIsNotOfThisHostIsNoObstacle() {
        Configuration own = SnapshotConfiguration.of(new Configuration(false), Path.of("/tmp/mounted"), "192.0.2.9", 1);
        assertThat(HAUtil.getNameNodeId(own, null)).isNotEmpty();
        assertThat(HAUtil.isHAEnabled(own, null)).isFalse();
    }

    /** One block is more than one and a half. */
    @Test
    void safeModeNeverEndsByItself() {
        Configuration own = SnapshotConfiguration.of(new Configuration(false), Path.of("/tmp/mounted"), "here", 0);
        assertThat(own.getInt("dfs.namenode.safemode.min.datanodes", 0)).isEqualTo(Integer.MAX_VALUE);
        assertThat(own.getFloat("dfs.namenode.safemode.threshold-pct", 0)).isGreaterThan(1);
    }
}
