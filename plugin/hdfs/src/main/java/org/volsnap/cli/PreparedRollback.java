/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.cli;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import org.apache.hadoop.conf.Configuration;
import org.volsnap.protocol.RefusedException;
import org.volsnap.protocol.VolsnapProtocol;
import org.volsnap.protocol.proto.VolsnapProtos.PrepareRollbackRequestProto;
import org.volsnap.protocol.proto.VolsnapProtos.PrepareRollbackResponseProto;
import org.volsnap.protocol.proto.VolsnapProtos.PreviewRollbackRequestProto;
import org.volsnap.protocol.proto.VolsnapProtos.PreviewRollbackResponseProto;

/** The first step of a rollback, asked for and printed. */
final class PreparedRollback {
    /** So many files are named where blocks are missing. */
    private static final int NAMED = 3;

    private final Configuration conf;
    private final VolsnapProtocol nameNode;
    private final Console console;

    PreparedRollback(Configuration conf, VolsnapProtocol nameNode, Console console) {
        this.conf = requireNonNull(conf, "conf is null");
        this.nameNode = requireNonNull(nameNode, "nameNode is null");
        this.console = requireNonNull(console, "console is null");
    }

    /**
     * Prepares, or says what it would come to.
     *
     * @param target the name of the snapshot to which the cluster is to go back
     * @return the exit code
     */
    int run(String target, DryRunOptions options) throws IOException {
        if (options.dryRun()) {
            return new RollbackDryRun(conf, nameNode, console).run(target, options.force());
        }
        if (!options.force()) {
            // Refuses first what needs no look at blocks.
            PreviewRollbackResponseProto preview = nameNode.previewRollback(
                    PreviewRollbackRequestProto.newBuilder().setName(target).build());
            if (preview.hasRefusal()) {
                throw new RefusedException(preview.getRefusal());
            }
            MissingBlocks.refuse(conf, nameNode, target, console, NAMED);
        }
        prepare(target, options.force());
        return 0;
    }

    private void prepare(String target, boolean forced) throws IOException {
        PrepareRollbackResponseProto prepared = nameNode.prepareRollback(PrepareRollbackRequestProto.newBuilder()
                .setName(target)
                .setForced(forced)
                .build());
        console.out()
                .printf(
                        "Prepared the rollback to %s of %s%nSafety snapshot: %s%n",
                        prepared.getTarget().getName(),
                        Format.time(prepared.getTarget().getCreatedMillis()),
                        prepared.getSafety().getName());
        LeftOutNames.of(prepared.getTarget())
                .ifPresent(names -> console.out().println("Left out of it, what they hold goes: " + names));
        console.out().println("Next:");
        prepared.getNextLinesList().forEach(line -> console.out().println("  " + line));
    }
}
