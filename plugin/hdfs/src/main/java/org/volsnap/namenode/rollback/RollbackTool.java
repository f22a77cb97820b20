/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode.rollback;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;
import org.apache.hadoop.conf.Configuration;
import org.volsnap.protocol.RefusedException;

/** Puts the directories of a stopped NameNode back to a snapshot. For one thread. */
public final class RollbackTool {
    private final Configuration conf;
    private final Consumer<String> progress;

    /**
     * @param conf of the NameNode's host
     * @param progress gets a line before every step that takes time
     */
    public RollbackTool(Configuration conf, Consumer<String> progress) {
        this.conf = requireNonNull(conf, "conf is null");
        this.progress = requireNonNull(progress, "progress is null");
    }

    /**
     * What was done.
     *
     * @param epoch the number of the rollback, 1 or more
     * @param txid the first image's transaction
     * @param stamp the first generation stamp after the rollback
     * @param lost what came after the safety snapshot and is gone, one line each; empty without {@code acceptLoss}
     * @param nextLines what to type next, in order
     */
    public record Outcome(long epoch, long txid, long stamp, List<String> lost, List<String> nextLines) {}

    /**
     * Rolls back; can be killed at any point and run again.
     *
     * @param acceptLoss go on although transactions follow the safety snapshot, which nothing will bring back
     * @throws RefusedException when a NameNode holds the directories, or no rollback to this snapshot is prepared
     */
    public Outcome run(String snapshot, boolean acceptLoss) throws IOException {
        progress.accept("looking at " + snapshot + (acceptLoss ? ", accepting loss" : ""));
        throw new RefusedException("not there yet: " + conf);
    }
}
