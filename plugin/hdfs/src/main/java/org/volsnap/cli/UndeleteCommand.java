/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.cli;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.volsnap.cli.UndeleteOrder.Candidate;
import org.volsnap.protocol.NamespaceDownload;
import org.volsnap.protocol.RefusedException;
import org.volsnap.protocol.VolsnapProtocol;
import org.volsnap.protocol.proto.VolsnapProtos.StatusRequestProto;
import org.volsnap.restore.RestoreRequest;

/** {@code -undelete PATH}: finds the newest snapshot that has a path, and restores it from there. */
final class UndeleteCommand extends OnlineCommand {
    @Override
    public String name() {
        return "-undelete";
    }

    @Override
    public String arguments() {
        return "PATH";
    }

    @Override
    public String description() {
        return "Brings a file or directory that is gone back from the newest snapshot that has it, and says which one that"
                + " is. Snapshots that a rollback has left behind are asked last. Loads the namespaces of the snapshots in"
                + " this process, one at a time: give it the NameNode's heap by HDFS_VOLSNAP_OPTS.";
    }

    @Override
    public Map<String, String> options() {
        return Map.of("PATH", "What was deleted. Nothing may be there now.");
    }

    @Override
    Action parse(Configuration conf, List<String> arguments) {
        String path = Arguments.path(arguments);
        return (nameNode, console) -> undelete(conf, nameNode, console, path);
    }

    private static int undelete(Configuration conf, VolsnapProtocol nameNode, Console console, String path)
            throws IOException {
        try (DistributedFileSystem live = SnapshotRestore.live(conf)) {
            if (live.getClient().getFileLinkInfo(path) != null) {
                throw new RefusedException(
                        path + " is there: what a snapshot has of it is brought back by -restore, with"
                                + " -to DIR beside it");
            }
        }
        Candidate found = find(conf, nameNode, console, path);
        console.out()
                .println("Undeleting " + path + " from " + found.snapshot().getName() + " of "
                        + Format.time(found.snapshot().getCreatedMillis())
                        + (found.leftBehind() ? ", which a rollback has left behind" : ""));
        RestoreRequest request =
                new RestoreRequest(List.of(new Path(path)), null, false, false, SnapshotRestore.THREADS);
        return new SnapshotRestore(conf, nameNode, console).run(found.snapshot().getName(), request);
    }

    private static Candidate find(Configuration conf, VolsnapProtocol nameNode, Console console, String path)
            throws IOException {
        List<Candidate> candidates = UndeleteOrder.of(
                nameNode.status(StatusRequestProto.getDefaultInstance()).getRegistry());
        NamespaceDownload download = new NamespaceDownload(nameNode);
        for (Candidate candidate : candidates) {
            String name = candidate.snapshot().getName();
            console.err().println("looking into " + name);
            boolean has = FetchedNamespace.use(
                    conf, directory -> download.fetch(name, directory), namespace -> namespace.exists(path));
            if (has) {
                return candidate;
            }
        }
        throw new RefusedException(path + " is in none of " + candidates.size() + " snapshots");
    }
}
