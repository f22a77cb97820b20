/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode;

import com.google.common.base.Ticker;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.hdfs.HAUtil;
import org.apache.hadoop.hdfs.server.namenode.FSNamesystem;
import org.apache.hadoop.hdfs.server.namenode.VolsnapNameNodeBridge;

/** All parts of the plugin, put together. */
record NameNodeParts(
        VolsnapNameNodeBridge nameNode,
        RegistryKeeper registry,
        Operations operations,
        DatanodeTracker tracker,
        VerifyTasks verifyTasks,
        PollService polls,
        SnapshotCreator creator,
        SnapshotDeleter deleter,
        RollbackPreparer preparer,
        Mounter mounter,
        RegistryRestorer restorer,
        RollbackFollowUp followUp,
        Leftovers leftovers,
        Takeover takeover,
        Partners partners,
        NamespaceReader namespaces,
        OpenedNamespaces opened,
        StatusReport status,
        UpgradeWatch upgrades,
        WindowLog window) {
    /** A creation takes a few poll intervals where all is well. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    /** @param stopping ends all waiting when it reaches zero */
    static NameNodeParts assemble(
            VolsnapNameNodeBridge nameNode,
            Configuration conf,
            Clock clock,
            Ticker ticker,
            CountDownLatch stopping,
            NameNodeMetrics metrics)
            throws IOException {
        NameNodeSettings settings = NameNodeSettings.of(conf);
        RegistryKeeper registry = new RegistryKeeper(nameNode);
        Operations operations = new Operations(PATIENCE);
        DatanodeTracker tracker = new DatanodeTracker(ticker, settings.lease());
        AckBarrier barrier = new AckBarrier(nameNode, tracker, ticker, settings.createTimeout(), stopping);
        Collection<Path> currents = currents(conf);
        NamespaceDirs dirs = NamespaceDirs.of(conf);
        NamespaceKeeper keeper = new NamespaceKeeper(
                dirs,
                currents,
                HAUtil.usesSharedEditsDir(conf) ? KeptEdits.shared(nameNode) : KeptEdits.linked(currents),
                nameNode.blockPoolId());
        UpgradeWatch upgrades = new UpgradeWatch(nameNode);
        SnapshotCreator creator = new SnapshotCreator(nameNode, registry, barrier, keeper, upgrades, clock);
        // Milliseconds since 1970 grow faster than tasks can be started.
        VerifyTasks verifyTasks = new VerifyTasks(ticker, clock.millis());
        FullReports fullReports = new FullReports();
        RestoredOpenBlocks openBlocks = new RestoredOpenBlocks(nameNode);
        Leftovers leftovers = new Leftovers(nameNode, registry, keeper);
        ExpectedDatanodesKeeper expected = new ExpectedDatanodesKeeper(nameNode);
        AwaitedDatanodes awaited = new AwaitedDatanodes(nameNode, tracker, expected);
        RollbackFollowUp followUp = new RollbackFollowUp(
                nameNode, registry, fullReports, new LeaseRecovery(nameNode), openBlocks, expected, awaited);
        Partners partners = new Partners(nameNode, registry, keeper, conf);
        Takeover takeover = new Takeover(nameNode, registry, tracker, leftovers, followUp);
        OpenedNamespaces opened = new OpenedNamespaces(nameNode, keeper, dirs, ticker);
        WindowLog window = WindowLog.of(conf, metrics);
        return new NameNodeParts(
                nameNode,
                registry,
                operations,
                tracker,
                verifyTasks,
                new PollService(nameNode, takeover, registry, tracker, verifyTasks, fullReports, openBlocks),
                creator,
                new SnapshotDeleter(nameNode, registry, tracker, keeper),
                new RollbackPreparer(nameNode, registry, creator, barrier, tracker, expected, dirs, clock),
                new Mounter(registry, clock),
                new RegistryRestorer(registry, leftovers),
                followUp,
                leftovers,
                takeover,
                partners,
                new NamespaceReader(registry, dirs, opened),
                opened,
                new StatusReport(nameNode, registry, tracker, dirs, partners, awaited, window),
                upgrades,
                window);
    }

    /** The {@code current} directories of images and edits on this host. */
    private static Collection<Path> currents(Configuration conf) throws IOException {
        Set<URI> uris = new LinkedHashSet<>(FSNamesystem.getNamespaceDirs(conf));
        uris.addAll(FSNamesystem.getNamespaceEditsDirs(conf));
        return uris.stream()
                .filter(uri -> "file".equals(uri.getScheme()))
                .map(uri -> Path.of(uri.getPath(), "current"))
                .toList();
    }
}
