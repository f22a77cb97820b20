/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode;

import com.google.common.base.Ticker;
import com.google.common.util.concurrent.ThreadFactoryBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.hdfs.DFSUtil;
import org.apache.hadoop.hdfs.server.namenode.NameNode;
import org.apache.hadoop.hdfs.server.namenode.VolsnapNameNodeBridge;
import org.apache.hadoop.util.ServicePlugin;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.volsnap.protocol.RefusedException;
import org.volsnap.protocol.VolsnapProtocolPB;
import org.volsnap.protocol.VolsnapServerTranslator;
import org.volsnap.protocol.proto.VolsnapProtos.VolsnapService;

/**
 * What {@code dfs.namenode.plugins} names. Hadoop starts it when the NameNode's RPC servers run, and goes on without it
 * when it fails: DataNodes then preserve everything and let nothing be deleted.
 */
public final class VolsnapNameNodePlugin implements ServicePlugin {
    private static final Logger LOG = LoggerFactory.getLogger(VolsnapNameNodePlugin.class);
    private static final long MAX_HOUSEKEEPING_MILLIS = 1000;

    /** Other NameNodes are asked less often than this one looks after itself. */
    private static final int PARTNERS_SELDOMER = 5;

    /** Fetching a namespace and taking a snapshot take their time, and the rest goes on meanwhile. */
    private static final int HOUSEKEEPERS = 3;

    private final CountDownLatch stopping = new CountDownLatch(1);
    private @Nullable ScheduledExecutorService housekeeper;
    private @Nullable NameNodeMetrics metrics;

    @Override
    public void start(Object service) {
        NameNode nameNode = (NameNode) service;
        try {
            start(new VolsnapNameNodeBridge(nameNode), nameNode.getConf());
        } catch (IOException e) {
            throw new UncheckedIOException("volsnap can't be started", e);
        }
    }

    private void start(VolsnapNameNodeBridge nameNode, Configuration conf) throws IOException {
        NameNodeMetrics registered = NameNodeMetrics.register();
        metrics = registered;
        Clock clock = Clock.systemDefaultZone();
        NameNodeParts parts =
                NameNodeParts.assemble(nameNode, conf, clock, Ticker.systemTicker(), stopping, registered);
        ServiceAcl acl = new ServiceAcl(conf, nameNode.clientRpcServer());
        // Before anybody is served: a DataNode must not take the NameNode out of safe mode first.
        parts.takeover().serve();
        acl.assertPresent();
        DFSUtil.addInternalPBProtocol(
                conf,
                VolsnapProtocolPB.class,
                VolsnapService.newReflectiveBlockingService(
                        new VolsnapServerTranslator(new AdminService(parts, clock))),
                nameNode.clientRpcServer());
        nameNode.clientRpcServer().addTerseExceptions(RefusedException.class);
        long period = Math.min(
                MAX_HOUSEKEEPING_MILLIS,
                NameNodeSettings.of(conf).pollInterval().toMillis());
        housekeeper = Executors.newScheduledThreadPool(
                HOUSEKEEPERS,
                new ThreadFactoryBuilder()
                        .setNameFormat("volsnap housekeeper %d")
                        .setDaemon(true)
                        .build());
        ScheduledFuture<?> rounds =
                housekeeper.scheduleWithFixedDelay(new Housekeeping(parts, acl), period, period, TimeUnit.MILLISECONDS);
        ScheduledFuture<?> fetches = housekeeper.scheduleWithFixedDelay(
                parts.partners(), period * PARTNERS_SELDOMER, period * PARTNERS_SELDOMER, TimeUnit.MILLISECONDS);
        ScheduledFuture<?> windows =
                housekeeper.scheduleWithFixedDelay(window(parts, clock), period, period, TimeUnit.MILLISECONDS);
        LOG.info(
                "volsnap serves block pool {}, {}",
                nameNode.blockPoolId(),
                parts.registry().current());
        LOG.debug("housekeeping: {}, {}, {}", rounds, fetches, windows);
    }

    private static RollingWindow window(NameNodeParts parts, Clock clock) {
        WindowLog log = parts.window();
        return new RollingWindow(new WindowSnapshots(parts, log.settings().allowMissing()), log.settings(), log, clock);
    }

    @Override
    public void stop() {
        stopping.countDown();
        if (housekeeper != null) {
            housekeeper.shutdownNow();
        }
        if (metrics != null) {
            metrics.close();
        }
    }

    @Override
    public void close() {
        stop();
    }
}
