/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode.rollback;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.hdfs.server.namenode.VolsnapOfflineBridge;
import org.volsnap.namenode.NamespaceDirs;
import org.volsnap.namenode.NamespaceSource;
import org.volsnap.namenode.diff.DiffSummary;
import org.volsnap.namenode.diff.EntryFile;
import org.volsnap.namenode.diff.LoadedTree;
import org.volsnap.namenode.diff.NamespaceComparison;
import org.volsnap.protocol.RefusedException;
import org.volsnap.protocol.proto.VolsnapProtos.PendingRollbackProto;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotProto;

/**
 * Says what {@link RollbackTool} would do, from the same directories under the same lock; changes nothing in them, nor in
 * shared edits. For one thread.
 */
public final class RollbackPreview {
    private final Configuration conf;
    private final Consumer<String> progress;

    /**
     * Reads nothing yet.
     *
     * @param conf of the NameNode's host
     * @param progress gets a line before every step that takes time
     */
    public RollbackPreview(Configuration conf, Consumer<String> progress) {
        this.conf = requireNonNull(conf, "conf is null");
        this.progress = requireNonNull(progress, "progress is null");
    }

    /**
     * What would be done.
     *
     * @param txid the last transaction of today's namespace
     * @param loss why it would be refused without {@code -acceptLoss}
     * @param unseen why it would be refused without {@code -force}; where there is no such reason, all blocks were found
     *     when it was prepared
     */
    public record Found(
            SnapshotProto target, long txid, DiffSummary differences, Optional<String> loss, Optional<String> unseen) {}

    /**
     * Looks.
     *
     * @param most how many differences of each kind are kept
     * @throws RefusedException where a rollback would be refused whatever its options are, and for one that is committed
     *     already
     */
    public Found find(String snapshot, int most) throws IOException {
        Configuration own = NameDirectories.own(conf);
        OtherNameNodes.requireStopped(own);
        try (NameDirectories directories = NameDirectories.lock(own);
                Staging staging = new Staging(directories.names().get(0));
                TodaysFiles files = TodaysFiles.of(own, directories, staging, true)) {
            progress.accept("loading today's namespace");
            Today today = Today.load(own, files);
            if (today.halfDone(snapshot).isPresent()) {
                throw new RefusedException("the rollback to " + snapshot + " is committed; -rollback finishes it");
            }
            PendingRollbackProto pending = today.pending(snapshot);
            SnapshotProto target = today.registry().active(snapshot);
            progress.accept("looking for transactions after the safety snapshot");
            LaterEdits later = today.laterEdits(files, pending);
            return new Found(
                    target,
                    today.counters().txid(),
                    compare(own, today, target, files, staging, most),
                    later.count() == 0
                            ? Optional.empty()
                            : Optional.of(later.refusal(today.safety(pending).getName())),
                    pending.getForced() ? Optional.of(RollbackTool.UNSEEN) : Optional.empty());
        }
    }

    /** Today's namespace is loaded a second time: so only one is in memory at a time. */
    private DiffSummary compare(
            Configuration own, Today today, SnapshotProto target, TodaysFiles files, Staging staging, int most)
            throws IOException {
        progress.accept("loading the namespace of " + target.getName());
        String pool = today.registry().toProto().getBlockPoolId();
        Path source = NamespaceDirs.of(own).copy(target, pool);
        NamespaceSource.of(source, target.getTxid()).check();
        Path stage = staging.copyOf(source, "target");
        EntryFile then;
        try (VolsnapOfflineBridge namespace = VolsnapOfflineBridge.load(own, stage.toFile())) {
            then = EntryFile.write(tree(namespace), staging.path("entries"));
        }
        progress.accept("comparing it with today's");
        DiffSummary summary = new DiffSummary(most);
        try (VolsnapOfflineBridge namespace = files.load(own)) {
            NamespaceComparison.compare(then, tree(namespace), summary);
        }
        return summary;
    }

    private static LoadedTree tree(VolsnapOfflineBridge namespace) {
        return new LoadedTree(namespace.directory());
    }
}
