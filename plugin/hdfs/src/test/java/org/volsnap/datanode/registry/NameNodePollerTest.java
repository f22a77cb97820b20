/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;
import static org.volsnap.datanode.registry.Registries.POOL;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.ipc.GenericRefreshProtocol;
import org.apache.hadoop.ipc.ProtobufRpcEngine2;
import org.apache.hadoop.ipc.RPC;
import org.apache.hadoop.ipc.StandbyException;
import org.apache.hadoop.ipc.proto.GenericRefreshProtocolProtos.GenericRefreshProtocolService;
import org.apache.hadoop.ipc.protocolPB.GenericRefreshProtocolPB;
import org.apache.hadoop.ipc.protocolPB.GenericRefreshProtocolServerSideTranslatorPB;
import org.apache.hadoop.net.NetUtils;
import org.apache.hadoop.security.authorize.AuthorizationException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.volsnap.protocol.RefusedException;
import org.volsnap.protocol.VolsnapProtocol;
import org.volsnap.protocol.VolsnapProtocolPB;
import org.volsnap.protocol.VolsnapServerTranslator;
import org.volsnap.protocol.proto.VolsnapProtos.PollRequestProto;
import org.volsnap.protocol.proto.VolsnapProtos.PollResponseProto;
import org.volsnap.protocol.proto.VolsnapProtos.RegistryProto;
import org.volsnap.protocol.proto.VolsnapProtos.VolsnapService;

/** Against real RPC servers that play NameNodes. */
class NameNodePollerTest {
    private static final PollRequestProto REQUEST = PollRequestProto.newBuilder()
            .setDatanodeUuid("uuid-1")
            .setBlockPoolId(POOL)
            .setRegistryVersion(0)
            .setMode("UNKNOWN")
            .build();

    private final List<RPC.Server> servers = new ArrayList<>();
    private final Configuration conf = new Configuration(false);
    private final FakeTicker ticker = new FakeTicker();
    private final NameNodePoller poller = new NameNodePoller(() -> conf, Duration.ofSeconds(10), ticker);

    @AfterEach
    void close() {
        poller.close();
        servers.forEach(RPC.Server::stop);
    }

    private InetSocketAddress start(Class<?> protocol, Object service) throws IOException {
        RPC.setProtocolEngine(conf, protocol, ProtobufRpcEngine2.class);
        RPC.Server server = new RPC.Builder(conf)
                .setProtocol(protocol)
                .setInstance(service)
                .setBindAddress("127.0.0.1")
                .setPort(0)
                .setNumHandlers(1)
                .build();
        server.start();
        servers.add(server);
        return NetUtils.getConnectAddress(server);
    }

    private InetSocketAddress nameNode(VolsnapProtocol protocol) throws IOException {
        return start(
                VolsnapProtocolPB.class,
                VolsnapService.newReflectiveBlockingService(new VolsnapServerTranslator(protocol)));
    }

    private InetSocketAddress nameNodeOf(RegistryProto registry) throws IOException {
        return nameNodeOf(registry, 1);
    }

    private InetSocketAddress nameNodeOf(RegistryProto registry, long txid) throws IOException {
        VolsnapProtocol protocol = mock(VolsnapProtocol.class);
        when(protocol.poll(any())).thenReturn(answer(registry, txid));
        return nameNode(protocol);
    }

    private static PollResponseProto answer(RegistryProto registry, long txid) {
        return PollResponseProto.newBuilder()
                .setRegistry(registry)
                .setPollIntervalMillis(1000)
                .setLeaseMillis(30_000)
                .setActiveTxid(txid)
                .build();
    }

    private InetSocketAddress standby() throws IOException {
        VolsnapProtocol protocol = mock(VolsnapProtocol.class);
        when(protocol.poll(any())).thenThrow(new StandbyException("standby"));
        return nameNode(protocol);
    }

    private InetSocketAddress ofAnotherPool() throws IOException {
        VolsnapProtocol protocol = mock(VolsnapProtocol.class);
        when(protocol.poll(any())).thenThrow(new RefusedException("this NameNode has block pool BP-other"));
        return nameNode(protocol);
    }

    private InetSocketAddress withoutPlugin() throws IOException {
        GenericRefreshProtocol other = mock(GenericRefreshProtocol.class);
        return start(
                GenericRefreshProtocolPB.class,
                GenericRefreshProtocolService.newReflectiveBlockingService(
                        new GenericRefreshProtocolServerSideTranslatorPB(other)));
    }

    /** One nameservice for each array of NameNodes. */
    private void configure(InetSocketAddress[]... nameservices) {
        List<String> names = new ArrayList<>();
        for (InetSocketAddress[] nameNodes : nameservices) {
            String name = "ns" + names.size();
            names.add(name);
            List<String> ids = new ArrayList<>();
            for (InetSocketAddress address : nameNodes) {
                String id = "nn" + ids.size();
                ids.add(id);
                conf.set("dfs.namenode.rpc-address." + name + "." + id, NetUtils.getHostPortString(address));
            }
            conf.set("dfs.ha.namenodes." + name, String.join(",", ids));
        }
        conf.set("dfs.nameservices", String.join(",", names));
        conf.setInt("ipc.client.connect.max.retries", 0);
    }

    private static InetSocketAddress[] service(InetSocketAddress... nameNodes) {
        return nameNodes;
    }

    private static InetSocketAddress nobody() throws IOException {
        try (java.net.ServerSocket socket = new java.net.ServerSocket(0)) {
            return new InetSocketAddress("127.0.0.1", socket.getLocalPort());
        }
    }

    @Test
    void asksTheOneNameNodeOfAPlainConfiguration() throws IOException {
        conf.set("fs.defaultFS", "hdfs://" + NetUtils.getHostPortString(nameNodeOf(Registries.of(3))));
        assertThat(poller.poll(REQUEST).getRegistry()).isEqualTo(Registries.of(3));
    }

    @Test
    void passesOverStandbysDeadOnesAndOtherBlockPools() throws IOException {
        RegistryProto foreign =
                Registries.of(9).toBuilder().setBlockPoolId("BP-other").build();
        configure(service(nameNodeOf(foreign)), service(nobody(), standby(), nameNodeOf(Registries.of(3))));
        assertThat(poller.poll(REQUEST).getRegistry()).isEqualTo(Registries.of(3));
        assertThat(poller.poll(REQUEST).getRegistry()).isEqualTo(Registries.of(3));
    }

    @Test
    void saysWhatEachOneAnsweredWhenNoneIsActive() throws IOException {
        configure(service(standby(), nobody()));
        assertThatThrownBy(() -> poller.poll(REQUEST))
                .isInstanceOf(IOException.class)
                .isNotInstanceOf(NoPluginException.class)
                .hasMessageContaining("is standby")
                .hasMessageContaining("ConnectException");
    }

    @Test
    void saysSoWhenNoneIsConfigured() {
        assertThatThrownBy(() -> poller.poll(REQUEST)).hasMessageContaining("no active NameNode answered for " + POOL);
    }

    @Test
    void aNameNodeWithoutThePluginIsToldApart() throws IOException {
        configure(service(withoutPlugin()));
        assertThatThrownBy(() -> poller.poll(REQUEST))
                .isInstanceOf(NoPluginException.class)
                .hasMessageContaining("runs without volsnap");
    }

    /** What Hadoop says with service-level authorization when the jar is not there. */
    @Test
    void aNameNodeWithoutTheJarIsToldApartByItsAuthorization() throws IOException {
        VolsnapProtocol refusing = mock(VolsnapProtocol.class);
        when(refusing.poll(any())).thenThrow(new AuthorizationException("Unknown protocol: " + VolsnapProtocolPB.NAME));
        configure(service(nameNode(refusing)));
        assertThatThrownBy(() -> poller.poll(REQUEST))
                .isInstanceOf(NoPluginException.class)
                .hasMessageContaining("runs without volsnap");
    }

    /** As it is for a moment after every {@code hdfs dfsadmin -refreshServiceAcl}. */
    @Test
    void aMissingAccessListDoesNotMeanThatThePluginIsMissing() throws IOException {
        conf.setBoolean("hadoop.security.authorization", true);
        configure(service(nameNodeOf(Registries.of(3))));
        assertThatThrownBy(() -> poller.poll(REQUEST))
                .isNotInstanceOf(NoPluginException.class)
                .hasMessageContaining("is not known");
    }

    @Test
    void theNameNodeOfAnotherBlockPoolDoesNotSpeakForThisOne() throws IOException {
        configure(service(withoutPlugin()), service(ofAnotherPool()));
        assertThatThrownBy(() -> poller.poll(REQUEST))
                .isInstanceOf(NoPluginException.class)
                .hasMessageContaining("has block pool BP-other");
    }

    @Test
    void itIsNoNameNodeWithoutThePluginWhileAnotherMayHaveIt() throws IOException {
        configure(service(withoutPlugin(), nobody()));
        assertThatThrownBy(() -> poller.poll(REQUEST)).isNotInstanceOf(NoPluginException.class);
    }

    @Test
    void findsTheNameNodeThatWasRestartedElsewhere() throws IOException {
        configure(service(nameNodeOf(Registries.of(3))));
        poller.poll(REQUEST);
        servers.get(0).stop();
        configure(service(nameNodeOf(Registries.of(4))));
        assertThat(poller.poll(REQUEST).getRegistry()).isEqualTo(Registries.of(4));
    }

    @Test
    void followsTheOneThatBecameActiveAlthoughTheOldOneStillAnswers() throws IOException {
        configure(service(nameNodeOf(Registries.of(3), 100), nameNodeOf(Registries.of(4), 101)));
        assertThat(poller.poll(REQUEST).getRegistry()).isEqualTo(Registries.of(3));
        assertThat(poller.poll(REQUEST).getRegistry()).isEqualTo(Registries.of(3));

        ticker.advance(Duration.ofSeconds(11));

        assertThat(poller.poll(REQUEST).getRegistry()).isEqualTo(Registries.of(4));
        assertThat(poller.poll(REQUEST).getRegistry()).isEqualTo(Registries.of(4));
        ticker.advance(Duration.ofSeconds(11));
        assertThat(poller.poll(REQUEST).getRegistry()).isEqualTo(Registries.of(4));
    }

    @Test
    void doesNotFallBackToAnOldActiveOne() throws IOException {
        VolsnapProtocol last = mock(VolsnapProtocol.class);
        when(last.poll(any())).thenReturn(answer(Registries.of(3), 101)).thenThrow(new StandbyException("standby"));
        configure(service(nameNode(last), nameNodeOf(Registries.of(3), 100)));
        poller.poll(REQUEST);

        assertThatThrownBy(() -> poller.poll(REQUEST)).hasMessageContaining("active with transaction 100, but");
    }

    @Test
    void looksFurtherWhenTheAnswerIsOld() throws IOException {
        configure(service(nameNodeOf(Registries.of(3), 100), nameNodeOf(Registries.of(5), 101)));
        PollRequestProto request = REQUEST.toBuilder().setRegistryVersion(5).build();
        assertThat(poller.poll(request).getRegistry()).isEqualTo(Registries.of(5));
    }

    @Test
    void anAnswerThatIsOldIsHandedOnForItsReasonToBeSaid() throws IOException {
        configure(service(nameNodeOf(Registries.of(3)), nobody()));
        PollRequestProto request = REQUEST.toBuilder().setRegistryVersion(5).build();
        assertThat(poller.poll(request).getRegistry()).isEqualTo(Registries.of(3));
    }
}
