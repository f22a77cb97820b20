/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode.registry;

import static com.google.common.base.Throwables.getCausalChain;
import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.PrivilegedExceptionAction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.hdfs.DFSUtilClient;
import org.apache.hadoop.hdfs.client.HdfsClientConfigKeys;
import org.apache.hadoop.ipc.RpcNoSuchProtocolException;
import org.apache.hadoop.ipc.StandbyException;
import org.apache.hadoop.net.NetUtils;
import org.apache.hadoop.security.UserGroupInformation;
import org.jspecify.annotations.Nullable;
import org.volsnap.protocol.RefusedException;
import org.volsnap.protocol.VolsnapClient;
import org.volsnap.protocol.proto.VolsnapProtos.PollRequestProto;
import org.volsnap.protocol.proto.VolsnapProtos.PollResponseProto;

/**
 * Asks the NameNodes of the configuration, the one that answered last first, until one answers for the block pool.
 * Standbys and NameNodes of other block pools are passed over. Calls run with the DataNode's login. For one thread; any may
 * close it, which ends a call that is under way.
 */
final class NameNodePoller implements RegistrySource {
    private final Supplier<Configuration> conf;
    private final Duration timeout;
    private final Map<InetSocketAddress, VolsnapClient> clients = new ConcurrentHashMap<>();
    private @Nullable InetSocketAddress answeredLast;

    /**
     * Connects with the first poll.
     *
     * @param conf asked at every poll: the DataNode's nameservices can be refreshed
     * @param timeout for one answer of one NameNode
     */
    NameNodePoller(Supplier<Configuration> conf, Duration timeout) {
        this.conf = requireNonNull(conf, "conf is null");
        this.timeout = requireNonNull(timeout, "timeout is null");
    }

    @Override
    public PollResponseProto poll(PollRequestProto request) throws IOException {
        Failures failures = new Failures(request.getBlockPoolId());
        for (InetSocketAddress address : candidates()) {
            try {
                PollResponseProto response = ask(address, request);
                if (response.getRegistry().getBlockPoolId().equals(request.getBlockPoolId())) {
                    answeredLast = address;
                    return response;
                }
                failures.add(address, "has block pool " + response.getRegistry().getBlockPoolId());
            } catch (IOException e) {
                failures.add(address, e);
            }
        }
        throw failures.toException();
    }

    private PollResponseProto ask(InetSocketAddress address, PollRequestProto request) throws IOException {
        try {
            return UserGroupInformation.getLoginUser().doAs((PrivilegedExceptionAction<PollResponseProto>)
                    () -> client(address).poll(request));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while asking " + address, e);
        }
    }

    private VolsnapClient client(InetSocketAddress address) throws IOException {
        VolsnapClient known = clients.get(address);
        if (known == null) {
            known = VolsnapClient.connect(conf.get(), address, timeout);
            clients.put(address, known);
        }
        return known;
    }

    private List<InetSocketAddress> candidates() {
        List<InetSocketAddress> addresses = new ArrayList<>();
        addresses(conf.get()).values().stream().map(Map::values).forEach(addresses::addAll);
        if (answeredLast != null && addresses.remove(answeredLast)) {
            addresses.add(0, answeredLast);
        }
        return addresses;
    }

    /** Client RPC addresses of all nameservices; of {@code fs.defaultFS} where none is configured. */
    private static Map<String, Map<String, InetSocketAddress>> addresses(Configuration conf) {
        @Nullable String byDefault = null;
        try {
            byDefault = NetUtils.getHostPortString(DFSUtilClient.getNNAddress(conf));
        } catch (IllegalArgumentException e) {
            // fs.defaultFS names a nameservice, or no HDFS at all: then the keys have to say it.
        }
        return DFSUtilClient.getAddresses(conf, byDefault, HdfsClientConfigKeys.DFS_NAMENODE_RPC_ADDRESS_KEY);
    }

    @Override
    public void close() {
        Collection<VolsnapClient> open = List.copyOf(clients.values());
        clients.clear();
        open.forEach(VolsnapClient::close);
    }

    /** Why nobody answered: missing plugins count only when nothing else speaks for a NameNode of this pool. */
    private static final class Failures {
        private final String pool;
        private final List<String> reasons = new ArrayList<>();
        private @Nullable IOException first;
        private boolean onlyPluginMissing = true;

        Failures(String pool) {
            this.pool = pool;
        }

        /** The NameNode of another block pool refuses, which says nothing about this pool's. */
        void add(InetSocketAddress address, IOException e) {
            if (e instanceof RefusedException) {
                add(address, "refuses: " + e.getMessage());
                return;
            }
            if (first == null) {
                first = e;
            }
            boolean missing = getCausalChain(e).stream().anyMatch(RpcNoSuchProtocolException.class::isInstance);
            onlyPluginMissing &= missing;
            boolean standby = getCausalChain(e).stream().anyMatch(StandbyException.class::isInstance);
            reasons.add(address + (missing ? " runs without volsnap" : standby ? " is standby" : ": " + e));
        }

        void add(InetSocketAddress address, String reason) {
            reasons.add(address + " " + reason);
        }

        IOException toException() {
            if (first != null && onlyPluginMissing) {
                return new NoPluginException(String.join("; ", reasons), first);
            }
            return new IOException(
                    "no active NameNode answered for " + pool + ": "
                            + (reasons.isEmpty() ? "none is configured" : String.join("; ", reasons)),
                    first);
        }
    }
}
