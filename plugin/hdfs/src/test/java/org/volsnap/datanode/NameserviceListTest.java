/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Collections;
import java.util.Map;
import org.apache.hadoop.hdfs.DFSUtil;
import org.junit.jupiter.api.Test;
import org.volsnap.datanode.NameserviceList.Nameservice;

/** What Hadoop reads out of the configuration is what was put in. */
class NameserviceListTest {
    private static final Nameservice UNNAMED =
            new Nameservice(null, Collections.singletonMap(null, address(8020)), Map.of());
    private static final Nameservice ONE = new Nameservice("one", Collections.singletonMap(null, address(1)), Map.of());
    private static final Nameservice PAIR = new Nameservice(
            "pair", Map.of("nn1", address(2), "nn2", address(3)), Map.of("nn1", address(4), "nn2", address(5)));

    private static InetSocketAddress address(int port) {
        return new InetSocketAddress("127.0.0.1", port);
    }

    private static Map<String, Map<String, InetSocketAddress>> read(Nameservice... nameservices) throws IOException {
        return DFSUtil.getNNServiceRpcAddressesForCluster(list(nameservices).toConfiguration());
    }

    private static NameserviceList list(Nameservice... nameservices) {
        return new NameserviceList(ImmutableList.copyOf(nameservices));
    }

    @Test
    void aConfigurationWithoutNameservices() throws IOException {
        assertThat(read(UNNAMED)).isEqualTo(Collections.singletonMap(null, UNNAMED.nameNodes()));
    }

    @Test
    void nameservicesWithOneAndWithTwoNameNodes() throws IOException {
        assertThat(read(ONE, PAIR)).isEqualTo(Map.of("one", ONE.nameNodes(), "pair", PAIR.nameNodes()));
        assertThat(DFSUtil.getNNLifelineRpcAddressesForCluster(list(ONE, PAIR).toConfiguration()))
                .isEqualTo(Map.of("pair", PAIR.lifelines()));
    }

    @Test
    void theStandInIsAddedAndTakenAway() throws IOException {
        assertThat(read(NameserviceList.STAND_IN)).hasSize(1);
        NameserviceList away = list(UNNAMED).without(UNNAMED).with(NameserviceList.STAND_IN);
        assertThat(away).isEqualTo(list(NameserviceList.STAND_IN));
        assertThat(away.with(UNNAMED).without(NameserviceList.STAND_IN)).isEqualTo(list(UNNAMED));
    }

    @Test
    void whatIsThereIsNotAddedTwice() {
        assertThat(list(ONE, PAIR).with(ONE)).isEqualTo(list(ONE, PAIR));
        assertThat(list(ONE, PAIR).without(ONE)).isEqualTo(list(PAIR));
    }

    @Test
    void anUnnamedOneBesideOthersKeepsItsNameNode() throws IOException {
        assertThat(read(UNNAMED, ONE))
                .containsEntry(null, UNNAMED.nameNodes())
                .containsEntry("one", ONE.nameNodes())
                .hasSize(2);
    }
}
