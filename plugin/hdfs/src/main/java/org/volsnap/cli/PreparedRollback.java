/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.cli;

import java.io.IOException;
import org.volsnap.protocol.VolsnapProtocol;
import org.volsnap.protocol.proto.VolsnapProtos.PrepareRollbackRequestProto;
import org.volsnap.protocol.proto.VolsnapProtos.PrepareRollbackResponseProto;

/** The first step of a rollback, asked for and printed. */
final class PreparedRollback {
    private PreparedRollback() {}

    /** @param target the name of the snapshot to which the cluster is to go back */
    static void prepare(VolsnapProtocol nameNode, String target, Console console) throws IOException {
        PrepareRollbackResponseProto prepared = nameNode.prepareRollback(
                PrepareRollbackRequestProto.newBuilder().setName(target).build());
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
