/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode.mount;

import static java.util.Objects.requireNonNull;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.metrics2.lib.DefaultMetricsSystem;
import org.apache.hadoop.net.NetUtils;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.volsnap.protocol.MountAddress;
import org.volsnap.protocol.NamespaceDownload;
import org.volsnap.protocol.VirtualPool;
import org.volsnap.protocol.VolsnapProtocol;
import org.volsnap.protocol.proto.VolsnapProtos.ListMountsRequestProto;
import org.volsnap.protocol.proto.VolsnapProtos.ListMountsResponseProto;
import org.volsnap.protocol.proto.VolsnapProtos.MountProto;
import org.volsnap.protocol.proto.VolsnapProtos.MountRequestProto;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotProto;
import org.volsnap.protocol.proto.VolsnapProtos.StatusRequestProto;
import org.volsnap.protocol.proto.VolsnapProtos.StatusResponseProto;
import org.volsnap.protocol.proto.VolsnapProtos.UmountRequestProto;

/**
 * A snapshot's NameNode, from the copy of its namespace to the end of the mount. Closing it takes the mount out of the
 * registry, ends the NameNode and removes its files, as far as each of them is there. Closed by any thread, once or more.
 */
final class SnapshotMount implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotMount.class);
    private static final Duration PROGRESS = Duration.ofSeconds(1);
    private static final Duration WATCH = Duration.ofSeconds(2);

    private final Configuration conf;
    private final VolsnapProtocol cluster;
    private final MountRequest request;
    private final Consumer<String> progress;
    private final CountDownLatch closing = new CountDownLatch(1);

    private volatile @Nullable MountDirectory directory;
    private volatile @Nullable SnapshotNameNode nameNode;
    private volatile @Nullable MountProto mount;
    private int expectedDatanodes;

    /**
     * Touches nothing yet.
     *
     * @param conf of the cluster's NameNodes
     * @param progress takes what is being done, in words
     */
    SnapshotMount(Configuration conf, VolsnapProtocol cluster, MountRequest request, Consumer<String> progress) {
        this.conf = requireNonNull(conf, "conf is null");
        this.cluster = requireNonNull(cluster, "cluster is null");
        this.request = requireNonNull(request, "request is null");
        this.progress = requireNonNull(progress, "progress is null");
    }

    /** Returns when it serves and DataNodes are told; what fails leaves nothing behind once this object is closed. */
    MountProto start(Path parent) throws IOException {
        SnapshotProto snapshot = snapshot();
        MountDirectory own = MountDirectory.create(parent);
        directory = own;
        progress.accept("Fetching the namespace of " + request.snapshot());
        new NamespaceDownload(cluster).fetch(request.snapshot(), Files.createDirectories(own.nameDir()));
        String blockPoolId = VirtualPool.newId(snapshot.getId(), System.currentTimeMillis());
        NamespaceVersion.replaceBlockPoolId(own.nameDir(), blockPoolId);
        progress.accept("Starting the NameNode");
        Configuration derived = SnapshotConfiguration.of(conf, own.nameDir(), MountHost.of(conf), request.port());
        DefaultMetricsSystem.initialize("NameNode");
        SnapshotNameNode started = new SnapshotNameNode(derived);
        nameNode = started;
        return register(blockPoolId, started);
    }

    private SnapshotProto snapshot() throws IOException {
        StatusResponseProto status = cluster.status(
                StatusRequestProto.newBuilder().setName(request.snapshot()).build());
        expectedDatanodes = (int) status.getDatanodesList().stream()
                .filter(datanode -> datanode.getMode().equals("FOLLOWING"))
                .count();
        return status.getRegistry().getSnapshotsList().stream()
                .filter(candidate -> candidate.getName().equals(request.snapshot()))
                .findFirst()
                .orElseThrow(() -> new IOException("There is no volume snapshot " + request.snapshot()));
    }

    private MountProto register(String blockPoolId, SnapshotNameNode started) throws IOException {
        MountProto registered = cluster.mount(MountRequestProto.newBuilder()
                        .setName(request.snapshot())
                        .setBlockPoolId(blockPoolId)
                        .setAddress(NetUtils.getHostPortString(started.getNameNodeAddress()))
                        .setWeb(started.webAddress())
                        .setReplaces(request.replaces())
                        .build())
                .getMount();
        mount = registered;
        LOG.info("{} is mounted: {}", request.snapshot(), MountAddress.uri(registered));
        return registered;
    }

    /** Waits until every block is reported, or all DataNodes have, or the request's time is over. */
    ReportedBlocks awaitReports() throws InterruptedException {
        String said = "";
        long deadline = System.nanoTime() + request.timeout().toNanos();
        while (true) {
            ReportedBlocks reported = ReportedBlocks.of(requireNonNull(nameNode, "not started"));
            String text = String.format(
                    "%,d of %,d blocks reported, by %d of %d DataNodes",
                    reported.reported(), reported.blocks(), reported.datanodes(), expectedDatanodes);
            if (!text.equals(said)) {
                progress.accept(text);
                said = text;
            }
            if (reported.isAll(expectedDatanodes) || System.nanoTime() - deadline >= 0 || isClosing(PROGRESS)) {
                return reported;
            }
        }
    }

    /** Returns when the registry has this mount no more, or it is closed. */
    void awaitUmount() throws InterruptedException {
        while (!isClosing(WATCH) && isRegistered()) {
            LOG.debug("still mounted");
        }
    }

    private boolean isClosing(Duration pause) throws InterruptedException {
        return closing.await(pause.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** A cluster that does not answer says nothing: what can be read goes on to be read. */
    private boolean isRegistered() {
        MountProto own = requireNonNull(mount, "not mounted");
        try {
            ListMountsResponseProto response = cluster.listMounts(ListMountsRequestProto.getDefaultInstance());
            return response.getMountsList().stream()
                    .anyMatch(other -> other.getBlockPoolId().equals(own.getBlockPoolId()));
        } catch (IOException e) {
            LOG.info("no NameNode says whether {} is still mounted: {}", request.snapshot(), e.toString());
            return true;
        }
    }

    @Override
    public synchronized void close() {
        closing.countDown();
        umount();
        SnapshotNameNode running = nameNode;
        if (running != null) {
            running.stop();
            running.join();
            nameNode = null;
        }
        MountDirectory own = directory;
        if (own != null) {
            try {
                own.close();
            } catch (IOException e) {
                LOG.warn("the files of the snapshot's NameNode can't be removed", e);
            }
            directory = null;
        }
    }

    private void umount() {
        MountProto own = mount;
        if (own != null) {
            try {
                cluster.umount(UmountRequestProto.newBuilder()
                        .setName(request.snapshot())
                        .setBlockPoolId(own.getBlockPoolId())
                        .build());
            } catch (IOException e) {
                LOG.info("the mount of {} is not taken out of the registry: {}", request.snapshot(), e.toString());
            }
            mount = null;
        }
    }
}
