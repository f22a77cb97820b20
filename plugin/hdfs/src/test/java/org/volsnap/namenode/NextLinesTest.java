/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode;

import static org.assertj.core.api.Assertions.assertThat;

import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;

class NextLinesTest {
    private final Configuration conf = new Configuration(false);

    private void twoNameNodes() {
        conf.set("dfs.nameservices", "ns");
        conf.set("dfs.nameservice.id", "ns");
        conf.set("dfs.ha.namenodes.ns", "a,b");
        conf.set("dfs.ha.namenode.id", "b");
        conf.set("dfs.namenode.rpc-address.ns.a", "localhost:1");
        conf.set("dfs.namenode.rpc-address.ns.b", "localhost:2");
    }

    @Test
    void ofOneNameNode() {
        conf.set("fs.defaultFS", "hdfs://localhost:1");

        assertThat(NextLines.afterPrepare(conf, "s", false))
                .containsExactly(
                        "hdfs --daemon stop namenode",
                        "hdfs volsnap -rollback s",
                        "hdfs --daemon start namenode",
                        "hdfs dfsadmin -safemode wait",
                        "hdfs fsck /");
    }

    @Test
    void whatWasForcedIsForcedOn() {
        conf.set("fs.defaultFS", "hdfs://localhost:1");

        assertThat(NextLines.afterPrepare(conf, "s", true)).contains("hdfs volsnap -rollback -force s");
    }

    @Test
    void ofTwoThatAreSwitchedByHand() {
        twoNameNodes();

        assertThat(NextLines.afterPrepare(conf, "s", false))
                .containsExactly(
                        "hdfs --daemon stop namenode    # on every NameNode's host",
                        "hdfs volsnap -rollback s    # on the host of b",
                        "hdfs --daemon start namenode    # here",
                        "hdfs haadmin -transitionToActive --forceactive b",
                        "hdfs namenode -bootstrapStandby -force    # on the host of a",
                        "hdfs --daemon start namenode    # on the host of a",
                        "hdfs dfsadmin -safemode wait",
                        "hdfs fsck /");
    }

    @Test
    void ofTwoWithFailoverControllers() {
        twoNameNodes();
        conf.setBoolean("dfs.ha.automatic-failover.enabled", true);

        assertThat(NextLines.afterPrepare(conf, "s", false))
                .startsWith("hdfs --daemon stop zkfc    # on every NameNode's host")
                .containsSubsequence(
                        "hdfs --daemon start namenode    # here",
                        "hdfs --daemon start zkfc    # here",
                        "hdfs --daemon start namenode    # on the host of a",
                        "hdfs --daemon start zkfc    # on the host of a")
                .noneMatch(line -> line.contains("transitionToActive"));
    }
}
