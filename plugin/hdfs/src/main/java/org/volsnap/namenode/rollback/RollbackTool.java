/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode.rollback;

import static java.util.Objects.requireNonNull;
import static org.volsnap.conf.VolsnapKeys.FENCE_MARGIN;
import static org.volsnap.conf.VolsnapKeys.FENCE_MARGIN_DEFAULT;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.hdfs.server.namenode.VolsnapOfflineBridge;
import org.apache.hadoop.hdfs.server.namenode.VolsnapOfflineBridge.Counters;
import org.volsnap.namenode.ExpectedDatanodes;
import org.volsnap.namenode.NamespaceDirs;
import org.volsnap.namenode.NamespaceSource;
import org.volsnap.namenode.NextLines;
import org.volsnap.namenode.Registry;
import org.volsnap.namenode.RegistryXAttr;
import org.volsnap.protocol.LeftOut;
import org.volsnap.protocol.RefusedException;
import org.volsnap.protocol.proto.VolsnapProtos.PendingRollbackProto;
import org.volsnap.protocol.proto.VolsnapProtos.RollbackEpochProto;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotProto;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotStateProto;

/**
 * Puts the directories of a stopped NameNode back to a snapshot: loads today's namespace for its counters and registry,
 * loads the snapshot's, raises its counters, writes today's registry with a new rollback epoch into it, saves that as
 * an image, loads the image once more to check it, and installs it. Only the last step touches the NameNode's
 * directories, so that a run that was killed leaves either the old or the new namespace, and a second run finishes. For
 * one thread.
 */
public final class RollbackTool {
    static final String UNSEEN = "it was prepared with -force: blocks of the snapshot may have no replica";

    private final Configuration conf;
    private final Consumer<String> progress;
    private final Clock clock;

    /**
     * @param conf of the NameNode's host
     * @param progress gets a line before every step that takes time
     */
    public RollbackTool(Configuration conf, Consumer<String> progress) {
        this(conf, progress, Clock.systemUTC());
    }

    RollbackTool(Configuration conf, Consumer<String> progress, Clock clock) {
        this.conf = requireNonNull(conf, "conf is null");
        this.progress = requireNonNull(progress, "progress is null");
        this.clock = requireNonNull(clock, "clock is null");
    }

    /**
     * What was done.
     *
     * @param epoch the number of the rollback, 1 or more
     * @param txid the transaction of the image from which the NameNode will start
     * @param stamp the first generation stamp after the rollback
     * @param lost what came after the safety snapshot and is gone, one line each; empty without {@code acceptLoss}
     * @param nextLines what to type next, in order
     */
    public record Outcome(long epoch, long txid, long stamp, List<String> lost, List<String> nextLines) {}

    /**
     * Rolls back; can be killed at any point and run again.
     *
     * @param acceptLoss go on although transactions follow the safety snapshot, which nothing will bring back
     * @param force go on although it was prepared without looking whether every block of T has a replica
     * @throws RefusedException when a NameNode holds the directories, or no rollback to this snapshot is prepared
     */
    public Outcome run(String snapshot, boolean acceptLoss, boolean force) throws IOException {
        Configuration own = NameDirectories.own(conf);
        OtherNameNodes.requireStopped(own);
        try (NameDirectories directories = NameDirectories.lock(own);
                Staging staging = new Staging(directories.names().get(0));
                TodaysFiles files = TodaysFiles.of(own, directories, staging, false)) {
            ImageInstaller installer = new ImageInstaller(directories, progress);
            progress.accept("loading today's namespace");
            Today today = Today.load(own, files);
            Optional<RollbackEpochProto> halfDone = today.halfDone(snapshot);
            if (halfDone.isPresent()) {
                return finish(halfDone.get(), directories, installer, files);
            }
            PendingRollbackProto pending = today.pending(snapshot);
            if (pending.getForced() && !force) {
                throw new RefusedException(
                        UNSEEN + ": roll back with -force, or cancel (-cancelRollback) and prepare without");
            }
            LaterEdits later = laterEdits(today, files, pending, acceptLoss);
            Prepared prepared = prepare(own, today, pending, directories, staging);
            installer.install(prepared.image(), prepared.txid());
            files.goOnAfter(prepared.txid());
            RollbackEpochProto epoch = prepared.epoch();
            return outcome(epoch, prepared.txid(), later.lines());
        }
    }

    private LaterEdits laterEdits(Today today, TodaysFiles files, PendingRollbackProto pending, boolean acceptLoss)
            throws IOException {
        progress.accept("looking for transactions after the safety snapshot");
        LaterEdits later = today.laterEdits(files, pending);
        if (later.count() > 0 && !acceptLoss) {
            throw new RefusedException(later.refusal(today.safety(pending).getName()));
        }
        return later;
    }

    private Outcome outcome(RollbackEpochProto epoch, long txid, List<String> lost) {
        return new Outcome(epoch.getNumber(), txid, epoch.getNewStamp(), lost, NextLines.afterRollback(conf));
    }

    /** Brings the image that an earlier run has committed into the directories that it did not reach. */
    private Outcome finish(
            RollbackEpochProto epoch, NameDirectories directories, ImageInstaller installer, TodaysFiles files)
            throws IOException {
        progress.accept("rollback " + epoch.getNumber() + " is committed, finishing it");
        NamespaceSource newest = NamespaceSource.newest(directories.currents());
        installer.install(newest.image(), newest.imageTxid());
        files.goOnAfter(newest.imageTxid());
        return outcome(epoch, newest.imageTxid(), List.of());
    }

    /** An image ready to be installed. */
    private record Prepared(Path image, long txid, RollbackEpochProto epoch) {}

    private Prepared prepare(
            Configuration own, Today today, PendingRollbackProto pending, NameDirectories directories, Staging staging)
            throws IOException {
        NamespaceDirs kept = NamespaceDirs.of(own);
        Registry registry = today.registry();
        String pool = registry.toProto().getBlockPoolId();
        SnapshotProto target = registry.find(pending.getSnapshotId()).orElseThrow();
        SnapshotProto safety = today.safety(pending);
        checkKept(kept, safety, pool);
        Path source = kept.copy(target, pool);
        NamespaceSource.of(source, target.getTxid()).check();
        checkIdentity(source, directories);

        progress.accept("loading the namespace of " + target.getName());
        Path stage = staging.copyOf(source, "target");
        Prepared prepared;
        Counters raised;
        byte[] attribute;
        try (VolsnapOfflineBridge namespace = VolsnapOfflineBridge.load(own, stage.toFile())) {
            raised = Fence.raise(
                    today.counters(), namespace.counters(), pending, own.getLong(FENCE_MARGIN, FENCE_MARGIN_DEFAULT));
            RollbackEpochProto epoch = epoch(registry, target, pending, raised);
            attribute = committed(registry, safety, epoch).toBytes();
            namespace.raise(raised);
            namespace.setRootAttribute(RegistryXAttr.NAME, attribute);
            setExpectedDatanodes(namespace, today.expectedDatanodes());
            progress.accept("saving the image");
            prepared = new Prepared(namespace.save().toPath(), raised.txid(), epoch);
        }
        verify(own, prepared, raised, attribute, staging);
        return prepared;
    }

    /** A NameNode that stopped in the middle of {@code -prepareRollback} may not have kept the moment before. */
    private static void checkKept(NamespaceDirs kept, SnapshotProto safety, String pool) throws IOException {
        if (kept.copies(safety, pool).isEmpty()) {
            throw new RefusedException("-prepareRollback was interrupted before it had kept the namespace of "
                    + safety.getName() + "; start the NameNode, and type -cancelRollback and -prepareRollback again");
        }
        NamespaceSource.of(kept.copy(safety, pool), safety.getTxid()).check();
    }

    /** The namespace of T may have a list of an older rollback. */
    private static void setExpectedDatanodes(VolsnapOfflineBridge namespace, List<byte[]> attributes)
            throws IOException {
        int old = ExpectedDatanodes.read(namespace::rootAttribute).size();
        for (int number = 0; number < old; number++) {
            namespace.removeRootAttribute(ExpectedDatanodes.attribute(number));
        }
        for (int number = 0; number < attributes.size(); number++) {
            namespace.setRootAttribute(ExpectedDatanodes.attribute(number), attributes.get(number));
        }
    }

    private static void checkIdentity(Path source, NameDirectories directories) throws IOException {
        for (Path directory : directories.names()) {
            if (!NameDirectories.identity(directory.resolve("current"))
                    .equals(NameDirectories.identity(source.resolve("current")))) {
                throw new RefusedException("VERSION in " + directory + " and in " + source
                        + " differ: HDFS was upgraded or formatted since the snapshot");
            }
        }
    }

    private RollbackEpochProto epoch(
            Registry registry, SnapshotProto target, PendingRollbackProto pending, Counters raised) {
        return RollbackEpochProto.newBuilder()
                .setNumber(registry.nextEpochNumber())
                .setSnapshotId(target.getId())
                .setFence(target.getFence())
                .setNewStamp(raised.stamp() + 1)
                .setCommittedMillis(clock.millis())
                .setExpectedCount(pending.getExpectedCount())
                .addAllLeftOutDatanodes(LeftOut.uuids(target))
                .setSafetySnapshotId(pending.getSafetySnapshotId())
                .build();
    }

    private static Registry committed(Registry registry, SnapshotProto safety, RollbackEpochProto epoch) {
        Registry committed = registry.commitRollback(epoch);
        return safety.getState() == SnapshotStateProto.MARKED ? committed.activate(safety.getId()) : committed;
    }

    /** Loads the saved image as the NameNode will. */
    private void verify(Configuration own, Prepared prepared, Counters raised, byte[] attribute, Staging staging)
            throws IOException {
        progress.accept("checking the image");
        Path stage = staging.copyOf(ImageInstaller.filesOf(prepared.image()), "check");
        try (VolsnapOfflineBridge namespace = VolsnapOfflineBridge.load(own, stage.toFile())) {
            Counters read = namespace.counters();
            boolean same = read.equals(raised) && Arrays.equals(attribute, namespace.rootAttribute(RegistryXAttr.NAME));
            if (!same) {
                throw new IOException("the saved image reads " + read + ", written was " + raised);
            }
        }
    }
}
