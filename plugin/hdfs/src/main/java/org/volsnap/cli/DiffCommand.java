/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.cli;

import com.google.common.collect.ImmutableMap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.volsnap.namenode.diff.EntryFile;
import org.volsnap.namenode.diff.NamespaceComparison;
import org.volsnap.protocol.NamespaceDownload;
import org.volsnap.protocol.VolsnapProtocol;

/** {@code -diff FROM [TO]}: one namespace goes into a file, the other stays loaded, and differences are printed as they are found. */
final class DiffCommand extends OnlineCommand {
    private static final String NOW = ".";

    @Override
    public String name() {
        return "-diff";
    }

    @Override
    public String arguments() {
        return "FROM [TO]";
    }

    @Override
    public String description() {
        return "Prints the files and directories that differ between two snapshots, or between a snapshot and now, in the"
                + " order of their paths and as 'hdfs snapshotDiff' does: + added, - deleted, M modified, R renamed. Loads"
                + " one namespace after the other in this process: give it the NameNode's heap by HDFS_VOLSNAP_OPTS.";
    }

    @Override
    public Map<String, String> options() {
        return ImmutableMap.of(
                "FROM",
                "A snapshot, or " + NOW + " for the namespace as it is now.",
                "TO",
                "The same. Now, when it is left out.");
    }

    @Override
    Action parse(Configuration conf, List<String> arguments) {
        List<String> names = Arguments.oneOrTwoNames(arguments);
        String from = names.get(0);
        String to = names.size() == 1 ? NOW : names.get(1);
        if (from.equals(to)) {
            throw new UsageException("Nothing differs from itself: name two snapshots, or one");
        }
        return (nameNode, console) -> {
            print(conf, nameNode, console, from, to);
            return 0;
        };
    }

    private static void print(Configuration conf, VolsnapProtocol nameNode, Console console, String from, String to)
            throws IOException {
        Path entries = Files.createTempFile("volsnap-entries", null);
        try {
            console.err().println("loading the namespace of " + nameOf(from));
            EntryFile then = FetchedNamespace.use(
                    conf, fetch(nameNode, from), loaded -> EntryFile.write(loaded.tree(), entries));
            console.err().println("comparing it with the namespace of " + nameOf(to));
            FetchedNamespace.use(conf, fetch(nameNode, to), loaded -> {
                DiffPrinter printer = new DiffPrinter(console.out());
                printer.begin(nameOf(from), nameOf(to));
                NamespaceComparison.compare(then, loaded.tree(), printer);
                return printer;
            });
        } finally {
            Files.deleteIfExists(entries);
        }
    }

    private static FetchedNamespace.Fetch fetch(VolsnapProtocol nameNode, String name) {
        NamespaceDownload download = new NamespaceDownload(nameNode);
        return directory -> {
            if (name.equals(NOW)) {
                download.fetchNow(directory);
            } else {
                download.fetch(name, directory);
            }
        };
    }

    private static String nameOf(String name) {
        return name.equals(NOW) ? "now" : "snapshot " + name;
    }
}
