/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode.registry;

import static com.google.common.base.Throwables.getCausalChain;
import static java.util.Objects.requireNonNull;

import com.google.common.base.Ticker;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.PrivilegedExceptionAction;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.hdfs.DFSUtilClient;
import org.apache.hadoop.hdfs.client.HdfsClientConfigKeys;
import org.apache.hadoop.ipc.RpcNoSuchProtocolException;
import org.apache.hadoop.ipc.StandbyException;
import org.apache.hadoop.net.NetUtils;
import org.apache.hadoop.security.UserGroupInformation;
import org.apache.hadoop.security.authorize.AuthorizationException;
import org.jspecify.annotations.Nullable;
import org.volsnap.protocol.RefusedException;
import org.volsnap.protocol.VolsnapClient;
import org.volsnap.protocol.proto.VolsnapProtos.PollRequestProto;
import org.volsnap.protocol.proto.VolsnapProtos.PollResponseProto;

/**
 * Asks the NameNodes of the configuration, the one that is followed first, until one answers for the block pool.
 * Standbys, NameNodes of other block pools and those that only think they are active ({@link ActiveClaim}) are passed
 * over. Now and then the others are asked too: one of them may have become active. Calls run with the DataNode's login.
 * For one thread; any may close it, which ends a call that is under way.
 */
final class NameNodePoller implements RegistrySource {
    /** How often the NameNodes that are not followed are asked. */
    private static final Duration LOOK_AROUND = Duration.ofSeconds(10);

    private final Supplier<Configuration> conf;
    private final Duration timeout;
    private final Ticker ticker;
    private final Map<InetSocketAddress, VolsnapClient> clients = new ConcurrentHashMap<>();
    private @Nullable ActiveClaim followed;
    private long lookedAroundNanos;

    /**
     * Connects with the first poll.
     *
     * @param conf asked at every poll: the DataNode's nameservices can be refreshed
     * @param timeout for one answer of one NameNode
     * @param ticker tells when to look around
     */
    NameNodePoller(Supplier<Configuration> conf, Duration timeout, Ticker ticker) {
        this.conf = requireNonNull(conf, "conf is null");
        this.timeout = requireNonNull(timeout, "timeout is null");
        this.ticker = requireNonNull(ticker, "ticker is null");
        this.lookedAroundNanos = ticker.read();
    }

    @Override
    public PollResponseProto poll(PollRequestProto request) throws IOException {
        Failures failures = new Failures(request.getBlockPoolId());
        boolean askAll = ticker.read() - lookedAroundNanos > LOOK_AROUND.toNanos();
        PollResponseProto answer = null;
        for (InetSocketAddress address : candidates()) {
            PollResponseProto other = askIfActive(address, request, failures);
            answer = other == null ? answer : other;
            if (answer != null && !askAll && !isOld(answer, request)) {
                return answer;
            }
        }
        lookedAroundNanos = ticker.read();
        if (answer == null) {
            throw failures.toException();
        }
        return answer;
    }

    /** It will not be believed; another NameNode may know better. */
    private static boolean isOld(PollResponseProto answer, PollRequestProto request) {
        return answer.getRegistry().getVersion() < request.getRegistryVersion();
    }

    /** The answer, if it is one to follow: from then on this NameNode is asked first. */
    private @Nullable PollResponseProto askIfActive(
            InetSocketAddress address, PollRequestProto request, Failures failures) {
        try {
            PollResponseProto response = ask(address, request);
            ActiveClaim claim = new ActiveClaim(address, response);
            Optional<String> objection = claim.objection(request, followed);
            if (objection.isEmpty()) {
                followed = claim;
                return response;
            }
            failures.add(address, objection.get());
        } catch (IOException e) {
            failures.add(address, e);
        }
        return null;
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
            // A dead host must not keep the other NameNode from being asked.
            known = VolsnapClient.connectOnce(conf.get(), address, timeout);
            clients.put(address, known);
        }
        return known;
    }

    private List<InetSocketAddress> candidates() {
        List<InetSocketAddress> addresses = new ArrayList<>();
        addresses(conf.get()).values().stream().map(Map::values).forEach(addresses::addAll);
        if (followed != null) {
            if (addresses.remove(followed.nameNode())) {
                addresses.add(0, followed.nameNode());
            } else {
                followed = null;
            }
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
            boolean missing = isPluginMissing(e);
            onlyPluginMissing &= missing;
            boolean standby = getCausalChain(e).stream().anyMatch(StandbyException.class::isInstance);
            reasons.add(address + (missing ? " runs without volsnap" : standby ? " is standby" : ": " + e));
        }

        /**
         * With service-level authorization Hadoop first looks whether it has the protocol's class, then for the access
         * list. A list that is missing says nothing: until it is put back after a refresh that is so with volsnap too.
         */
        private static boolean isPluginMissing(IOException e) {
            return getCausalChain(e).stream()
                    .anyMatch(cause -> cause instanceof RpcNoSuchProtocolException
                            || cause instanceof AuthorizationException
                                    && String.valueOf(cause.getMessage()).startsWith("Unknown protocol: "));
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
