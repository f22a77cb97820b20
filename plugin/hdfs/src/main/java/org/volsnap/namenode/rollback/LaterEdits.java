/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode.rollback;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.apache.hadoop.hdfs.server.namenode.EditLogFileInputStream;
import org.apache.hadoop.hdfs.server.namenode.FSEditLogOp;
import org.apache.hadoop.hdfs.server.namenode.VolsnapOfflineBridge;
import org.volsnap.namenode.NamespaceSource;
import org.volsnap.namenode.NamespaceSource.Segment;
import org.volsnap.namenode.RegistryXAttr;

/** The transactions after the safety snapshot: neither it nor the target has what they did. */
final class LaterEdits {
    private static final int MAX_LINES = 1000;
    private static final int MAX_LINE_LENGTH = 240;

    private final List<String> lines = new ArrayList<>();
    private long count;

    private LaterEdits() {}

    /**
     * Reads the transactions of finished segments.
     *
     * @param after the safety snapshot's T
     * @param last the last transaction there is
     */
    static LaterEdits read(Collection<Path> currents, long after, long last) {
        LaterEdits later = new LaterEdits();
        try {
            for (Segment segment : NamespaceSource.segments(currents, after + 1, last)) {
                later.read(segment, after);
            }
        } catch (IOException e) {
            later.add("transactions " + (after + 1) + " to " + last + " can't all be read: " + e.getMessage());
        }
        return later;
    }

    private void read(Segment segment, long after) throws IOException {
        try (EditLogFileInputStream in =
                new EditLogFileInputStream(segment.file().toFile(), segment.first(), segment.last(), false)) {
            for (FSEditLogOp op = in.readOp(); op != null; op = in.readOp()) {
                if (op.getTransactionId() > after && !VolsnapOfflineBridge.isBookkeeping(op, RegistryXAttr.NAME)) {
                    add(requireNonNull(op.toString()));
                }
            }
        }
    }

    private void add(String line) {
        count++;
        if (lines.size() < MAX_LINES) {
            lines.add(line.substring(0, Math.min(line.length(), MAX_LINE_LENGTH)));
        }
    }

    long count() {
        return count;
    }

    /** Why a rollback is refused because of them. */
    String refusal(String safetySnapshot) {
        return count + " transactions came after the safety snapshot " + safetySnapshot
                + " and would be lost for ever (-acceptLoss): " + lines.get(0);
    }

    /** One line each; of very many, the first. */
    List<String> lines() {
        List<String> all = new ArrayList<>(lines);
        if (count > lines.size()) {
            all.add("and " + (count - lines.size()) + " more");
        }
        return all;
    }
}
