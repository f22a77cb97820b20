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

    private final CountDownLatch stopping = new CountDownLatch(1);
    private @Nullable ScheduledExecutorService housekeeper;

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
        NameNodeParts parts =
                NameNodeParts.assemble(nameNode, conf, Clock.systemDefaultZone(), Ticker.systemTicker(), stopping);
        ServiceAcl acl = new ServiceAcl(conf, nameNode.clientRpcServer());
        Housekeeping housekeeping = new Housekeeping(parts, acl);
        // Before anybody is served: a DataNode must not take the NameNode out of safe mode first.
        housekeeping.beginToServe();
        acl.assertPresent();
        DFSUtil.addInternalPBProtocol(
                conf,
                VolsnapProtocolPB.class,
                VolsnapService.newReflectiveBlockingService(
                        new VolsnapServerTranslator(new AdminService(parts, Clock.systemDefaultZone()))),
                nameNode.clientRpcServer());
        nameNode.clientRpcServer().addTerseExceptions(RefusedException.class);
        long period = Math.min(
                MAX_HOUSEKEEPING_MILLIS,
                NameNodeSettings.of(conf).pollInterval().toMillis());
        housekeeper = Executors.newSingleThreadScheduledExecutor(new ThreadFactoryBuilder()
                .setNameFormat("volsnap housekeeper")
                .setDaemon(true)
                .build());
        ScheduledFuture<?> rounds =
                housekeeper.scheduleWithFixedDelay(housekeeping, period, period, TimeUnit.MILLISECONDS);
        LOG.info(
                "volsnap serves block pool {}, {}",
                nameNode.blockPoolId(),
                parts.registry().current());
        LOG.debug("housekeeping: {}", rounds);
    }

    @Override
    public void stop() {
        stopping.countDown();
        if (housekeeper != null) {
            housekeeper.shutdownNow();
        }
    }

    @Override
    public void close() {
        stop();
    }
}
