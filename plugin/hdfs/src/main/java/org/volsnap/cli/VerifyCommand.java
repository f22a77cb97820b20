/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.cli;

import com.google.common.collect.ImmutableMap;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.volsnap.protocol.NamespaceDownload;
import org.volsnap.protocol.VolsnapProtocol;

/** {@code -verify NAME [PATH]}. */
final class VerifyCommand extends OnlineCommand {
    /** Blocks in one question to the DataNodes: 16 GiB to read at 128 MiB a block. */
    private static final int BATCH_BLOCKS = 128;

    private static final String ROOT = "/";

    @Override
    public String name() {
        return "-verify";
    }

    @Override
    public String arguments() {
        return "NAME [PATH]";
    }

    @Override
    public String description() {
        return "Reads every block of a snapshot on every DataNode that has it and checks it against its checksums. Names"
                + " the files that have a block without any readable, checksum-correct replica; exit code 1 then. Loads"
                + " the snapshot's namespace in this process: give it the NameNode's heap by HDFS_VOLSNAP_OPTS.";
    }

    @Override
    public Map<String, String> options() {
        return ImmutableMap.of(
                "NAME",
                "The snapshot to verify.",
                "PATH",
                "Only what was there, or below it: an absolute path as of the snapshot. Everything, when it is left out.");
    }

    @Override
    Action parse(Configuration conf, List<String> arguments) {
        if (arguments.size() > 2) {
            throw new UsageException("Too many arguments");
        }
        String name = Arguments.name(arguments.stream().limit(1).toList());
        String path = Arguments.absolutePath(arguments.size() == 2 ? arguments.get(1) : ROOT);
        return (nameNode, console) -> verify(conf, nameNode, console, name, path);
    }

    private static int verify(Configuration conf, VolsnapProtocol nameNode, Console console, String name, String path)
            throws IOException {
        return FetchedNamespace.use(
                conf, directory -> new NamespaceDownload(nameNode).fetch(name, directory), namespace -> {
                    SnapshotVerifier verifier = new SnapshotVerifier(nameNode, name, BATCH_BLOCKS, console);
                    if (!namespace.forEachFile(path, verifier::add)) {
                        throw new FileNotFoundException(path + " is not in snapshot " + name);
                    }
                    verifier.finish();
                    return verifier.unreadableFiles() == 0 ? 0 : 1;
                });
    }
}
