/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.cli;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.volsnap.protocol.RefusedException;
import org.volsnap.protocol.VolsnapProtocol;
import org.volsnap.protocol.proto.VolsnapProtos.RegistryProto;
import org.volsnap.protocol.proto.VolsnapProtos.RollbackEpochProto;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotProto;
import org.volsnap.protocol.proto.VolsnapProtos.StatusRequestProto;

/**
 * {@code -undoRollback [-dryRun] [-force]}: prepares a rollback to the safety snapshot of the last rollback. That one takes a safety
 * snapshot too, so a second undo leads back again.
 */
final class UndoRollbackCommand extends OnlineCommand {
    @Override
    public String name() {
        return "-undoRollback";
    }

    @Override
    public String arguments() {
        return DryRunOptions.USAGE;
    }

    @Override
    public String description() {
        return "First step of taking the last rollback back: -prepareRollback to its safety snapshot, the moment before it."
                + " Undone itself, it leads to the rolled back state again.";
    }

    @Override
    public Map<String, String> options() {
        return DryRunOptions.explained();
    }

    @Override
    Action parse(Configuration conf, List<String> arguments) {
        List<String> left = new ArrayList<>(arguments);
        DryRunOptions options = DryRunOptions.take(left);
        Arguments.none(left);
        return (nameNode, console) ->
                new PreparedRollback(conf, nameNode, console).run(momentBefore(nameNode), options);
    }

    private static String momentBefore(VolsnapProtocol nameNode) throws IOException {
        RegistryProto registry =
                nameNode.status(StatusRequestProto.getDefaultInstance()).getRegistry();
        if (registry.getEpochsCount() == 0) {
            throw new RefusedException("there was no rollback: nothing to undo");
        }
        RollbackEpochProto last = registry.getEpochs(registry.getEpochsCount() - 1);
        return registry.getSnapshotsList().stream()
                .filter(snapshot -> last.hasSafetySnapshotId() && snapshot.getId() == last.getSafetySnapshotId())
                .map(SnapshotProto::getName)
                .findFirst()
                .orElseThrow(() -> new RefusedException("the safety snapshot of the last rollback, of "
                        + Format.time(last.getCommittedMillis()) + ", was deleted: it can't be undone any more"));
    }
}
