/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.cli;

import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.volsnap.protocol.proto.VolsnapProtos.CancelRollbackRequestProto;

/** {@code -cancelRollback}. */
final class CancelRollbackCommand extends OnlineCommand {
    @Override
    public String name() {
        return "-cancelRollback";
    }

    @Override
    public String arguments() {
        return "";
    }

    @Override
    public String description() {
        return "Undoes -prepareRollback: the cluster leaves safe mode and is written again. The safety snapshot stays.";
    }

    @Override
    public Map<String, String> options() {
        return Map.of();
    }

    @Override
    Action parse(Configuration conf, List<String> arguments) {
        Arguments.none(arguments);
        return (nameNode, console) -> {
            nameNode.cancelRollback(CancelRollbackRequestProto.getDefaultInstance());
            console.out().println("No rollback is pending");
            return 0;
        };
    }
}
