/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.cli;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import org.volsnap.namenode.rollback.KeptFile;
import org.volsnap.protocol.VolsnapProtocol;
import org.volsnap.protocol.proto.VolsnapProtos.StartVerifyRequestProto;

/** Has every byte of a snapshot's files read, and prints the files that can't be. For one thread. */
final class SnapshotVerifier {
    private final String snapshot;
    private final Console console;
    private final BlockCheck check;
    private long unreadableFiles;

    /** @param batchBlocks a batch is sent as soon as it has so many blocks */
    SnapshotVerifier(VolsnapProtocol nameNode, String snapshot, int batchBlocks, Console console) {
        this.snapshot = requireNonNull(snapshot, "snapshot is null");
        this.console = requireNonNull(console, "console is null");
        StartVerifyRequestProto question =
                StartVerifyRequestProto.newBuilder().setName(snapshot).build();
        this.check = new BlockCheck(nameNode, question, batchBlocks, console, this::unreadable);
    }

    private void unreadable(KeptFile file, long blocks, String reason) {
        unreadableFiles++;
        console.out().println(file.path() + ": " + reason);
    }

    void add(KeptFile file) throws IOException {
        check.add(file);
    }

    /** Sends what is left and prints the sum. */
    void finish() throws IOException {
        check.finish();
        console.out()
                .printf(
                        "Verified %s: %d files, %d blocks, %d files not readable%n",
                        snapshot, check.files(), check.blocks(), unreadableFiles);
    }

    long unreadableFiles() {
        return unreadableFiles;
    }
}
