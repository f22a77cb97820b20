/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.cli;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.apache.hadoop.conf.Configuration;
import org.volsnap.namenode.rollback.KeptFile;
import org.volsnap.namenode.rollback.KeptNamespace;
import org.volsnap.protocol.NamespaceDownload;
import org.volsnap.protocol.RefusedException;
import org.volsnap.protocol.VolsnapProtocol;
import org.volsnap.protocol.proto.VolsnapProtos.StartVerifyRequestProto;

/**
 * The blocks of a snapshot of which no DataNode has a replica. The NameNode answers itself for what has not changed since;
 * DataNodes are asked for the rest, and read both ends of it.
 */
final class MissingBlocks {
    /** A question of some 200 KiB, to each DataNode at worst. */
    private static final int BATCH_BLOCKS = 8192;

    private final int most;
    private final SortedMap<String, String> first = new TreeMap<>();
    private long files;
    private long blocks;

    private MissingBlocks(int most) {
        this.most = most;
    }

    /**
     * Looks for all blocks of a snapshot.
     *
     * @param namespace the snapshot's
     * @param most how many files are named
     */
    static MissingBlocks find(
            VolsnapProtocol nameNode, String snapshot, KeptNamespace namespace, Console console, int most)
            throws IOException {
        MissingBlocks missing = new MissingBlocks(most);
        StartVerifyRequestProto question = StartVerifyRequestProto.newBuilder()
                .setName(requireNonNull(snapshot, "snapshot is null"))
                .setPresenceOnly(true)
                .build();
        BlockCheck check = new BlockCheck(nameNode, question, BATCH_BLOCKS, console, missing::add);
        namespace.forEachFile(check::add);
        check.finish();
        return missing;
    }

    /** The same where the namespace is not loaded yet; throws when there is one. */
    static void refuse(Configuration conf, VolsnapProtocol nameNode, String snapshot, Console console, int most)
            throws IOException {
        MissingBlocks missing = FetchedNamespace.use(
                conf,
                directory -> new NamespaceDownload(nameNode).fetch(snapshot, directory),
                namespace -> find(nameNode, snapshot, namespace, console, most));
        if (missing.blocks() > 0) {
            throw new RefusedException(missing.refusal());
        }
    }

    private void add(KeptFile file, long missing, String reason) {
        files++;
        blocks += missing;
        first.put(file.path(), reason);
        if (first.size() > most) {
            first.remove(first.lastKey());
        }
    }

    long files() {
        return files;
    }

    long blocks() {
        return blocks;
    }

    /** The first files by path, and why the first block of each is missing. */
    SortedMap<String, String> first() {
        return Collections.unmodifiableSortedMap(first);
    }

    /** Why a rollback without {@code -force} is refused. */
    String refusal() {
        List<String> named = new ArrayList<>(first.keySet());
        return blocks + " blocks of " + files + " files have no replica: " + String.join(", ", named)
                + (files > named.size() ? " and more" : "")
                + "; start the DataNodes that are missing (-dryRun names them), or roll back without these blocks with"
                + " -force";
    }
}
