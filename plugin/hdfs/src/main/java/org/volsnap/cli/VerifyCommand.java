/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.cli;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.volsnap.protocol.NamespaceDownload;
import org.volsnap.protocol.VolsnapProtocol;

/** {@code -verify NAME}. */
final class VerifyCommand extends OnlineCommand {
    /** Blocks in one question to the DataNodes: 16 GiB to read at 128 MiB a block. */
    private static final int BATCH_BLOCKS = 128;

    @Override
    public String name() {
        return "-verify";
    }

    @Override
    public String arguments() {
        return "NAME";
    }

    @Override
    public String description() {
        return "Reads every block of a snapshot on every DataNode that has it and checks it against its checksums. Names"
                + " the files that have a block without any readable, checksum-correct replica; exit code 1 then. Loads"
                + " the snapshot's namespace in this process: give it the NameNode's heap by HDFS_VOLSNAP_OPTS.";
    }

    @Override
    public Map<String, String> options() {
        return Map.of("NAME", "The snapshot to verify.");
    }

    @Override
    Action parse(Configuration conf, List<String> arguments) {
        String name = Arguments.name(arguments);
        return (nameNode, console) -> verify(conf, nameNode, console, name);
    }

    private static int verify(Configuration conf, VolsnapProtocol nameNode, Console console, String name)
            throws IOException {
        return FetchedNamespace.use(
                conf, directory -> new NamespaceDownload(nameNode).fetch(name, directory), namespace -> {
                    SnapshotVerifier verifier = new SnapshotVerifier(nameNode, name, BATCH_BLOCKS, console);
                    namespace.forEachFile(verifier::add);
                    verifier.finish();
                    return verifier.unreadableFiles() == 0 ? 0 : 1;
                });
    }
}
