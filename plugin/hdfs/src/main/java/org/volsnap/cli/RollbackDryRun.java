/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.cli;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.volsnap.namenode.diff.DiffSummary;
import org.volsnap.namenode.diff.EntryFile;
import org.volsnap.namenode.diff.NamespaceComparison;
import org.volsnap.protocol.NamespaceDownload;
import org.volsnap.protocol.VolsnapProtocol;
import org.volsnap.protocol.proto.VolsnapProtos.PreviewRollbackRequestProto;
import org.volsnap.protocol.proto.VolsnapProtos.PreviewRollbackResponseProto;

/**
 * {@code -prepareRollback -dryRun}: fetches the namespace of T and the one of now, compares them, has the blocks of T
 * looked for, and prints what was found. One namespace is loaded at a time.
 */
final class RollbackDryRun {
    private final Configuration conf;
    private final VolsnapProtocol nameNode;
    private final Console console;

    RollbackDryRun(Configuration conf, VolsnapProtocol nameNode, Console console) {
        this.conf = requireNonNull(conf, "conf is null");
        this.nameNode = requireNonNull(nameNode, "nameNode is null");
        this.console = requireNonNull(console, "console is null");
    }

    /** @return the exit code: 0 where the rollback would be prepared, 1 where it would be refused */
    int run(String target, boolean force) throws IOException {
        PreviewRollbackResponseProto preview = nameNode.previewRollback(
                PreviewRollbackRequestProto.newBuilder().setName(target).build());
        NamespaceDownload download = new NamespaceDownload(nameNode);
        Path entries = Files.createTempFile("volsnap-entries", null);
        try {
            console.err().println("loading the namespace of " + target);
            Target then = FetchedNamespace.use(
                    conf,
                    directory -> download.fetch(target, directory),
                    namespace -> new Target(
                            EntryFile.write(namespace.tree(), entries),
                            MissingBlocks.find(nameNode, target, namespace, console, RollbackReport.NAMED)));
            console.err().println("comparing it with the namespace of now");
            long[] txid = new long[1];
            DiffSummary differences =
                    FetchedNamespace.use(conf, directory -> txid[0] = download.fetchNow(directory), namespace -> {
                        DiffSummary summary = new DiffSummary(RollbackReport.NAMED);
                        NamespaceComparison.compare(then.entries(), namespace.tree(), summary);
                        return summary;
                    });
            RollbackReport report = new RollbackReport(console.out());
            report.differences(preview.getTarget(), txid[0], differences);
            report.missing(preview.getMissingList());
            report.missing(then.missing());
            report.warnings(differences);
            return report.end(refusal(preview, then.missing(), force));
        } finally {
            Files.deleteIfExists(entries);
        }
    }

    /** What is known of T. */
    private record Target(EntryFile entries, MissingBlocks missing) {}

    /** Empty when there is no reason. */
    private static String refusal(PreviewRollbackResponseProto preview, MissingBlocks missing, boolean force) {
        if (preview.hasRefusal()) {
            return preview.getRefusal();
        }
        return missing.blocks() > 0 && !force ? missing.refusal() : "";
    }
}
