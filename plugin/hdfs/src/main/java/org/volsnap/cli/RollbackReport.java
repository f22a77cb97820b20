/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.cli;

import static java.util.Objects.requireNonNull;

import java.io.PrintStream;
import java.util.List;
import java.util.stream.Collectors;
import org.apache.hadoop.tools.TableListing;
import org.apache.hadoop.tools.TableListing.Justification;
import org.volsnap.namenode.diff.DiffSummary;
import org.volsnap.namenode.diff.DiffSummary.Difference;
import org.volsnap.namenode.diff.DiffSummary.Kind;
import org.volsnap.namenode.diff.DiffSummary.Tally;
import org.volsnap.namenode.diff.Entry;
import org.volsnap.protocol.proto.VolsnapProtos.MissingStorageProto;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotProto;

/** The text of a dry run of a rollback, part by part. */
final class RollbackReport {
    /** So many paths are named of each kind. */
    static final int NAMED = 10;

    private final PrintStream out;

    RollbackReport(PrintStream out) {
        this.out = requireNonNull(out, "out is null");
    }

    /** @param txid the last transaction of now */
    void differences(SnapshotProto target, long txid, DiffSummary differences) {
        out.printf(
                "Rollback to %s of %s, compared with now, transaction %d:%n",
                target.getName(), Format.time(target.getCreatedMillis()), txid);
        out.print(table(differences));
        for (Kind kind : Kind.values()) {
            Tally tally = differences.of(kind);
            if (tally.count() > 0) {
                out.println(title(kind) + ":");
                tally.first().forEach(difference -> out.println("  " + line(kind, difference)));
                more(tally.count() - tally.first().size());
            }
        }
    }

    private static String table(DiffSummary differences) {
        TableListing table = new TableListing.Builder()
                .addField("")
                .addField("FILES", Justification.RIGHT)
                .addField("DIRECTORIES", Justification.RIGHT)
                .addField("BYTES THEN", Justification.RIGHT)
                .addField("BYTES NOW", Justification.RIGHT)
                .build();
        for (Kind kind : Kind.values()) {
            Tally tally = differences.of(kind);
            table.addRow(
                    title(kind),
                    Long.toString(tally.files()),
                    Long.toString(tally.directories()),
                    kind == Kind.VANISHES || kind == Kind.OPEN_NOW ? "-" : Long.toString(tally.bytesThen()),
                    kind == Kind.COMES_BACK || kind == Kind.OPEN_THEN ? "-" : Long.toString(tally.bytesNow()));
        }
        return table.toString();
    }

    private static String title(Kind kind) {
        return switch (kind) {
            case COMES_BACK -> "Come back";
            case CHANGES -> "Change";
            case CHANGES_ATTRIBUTES -> "Change in attributes";
            case MOVES -> "Move back";
            case VANISHES -> "Vanish";
            case OPEN_THEN -> "Open then, come back closed";
            case OPEN_NOW -> "Open now, leases are lost";
        };
    }

    private static String line(Kind kind, Difference difference) {
        Entry then = difference.then();
        Entry now = difference.now();
        if (then == null || now == null) {
            return name(requireNonNull(then == null ? now : then));
        }
        return switch (kind) {
            case MOVES -> name(now) + " -> " + name(then);
            case CHANGES ->
                name(then) + " (" + Format.bytes(now.length()) + " -> " + Format.bytes(then.length()) + ": "
                        + aspects(difference) + ")";
            default -> name(then) + " (" + aspects(difference) + ")";
        };
    }

    private static String name(Entry entry) {
        return entry.isDirectory() && !entry.path().equals("/") ? entry.path() + "/" : entry.path();
    }

    private static String aspects(Difference difference) {
        return difference.aspects().stream().sorted().map(String::valueOf).collect(Collectors.joining(", "));
    }

    private void more(long count) {
        if (count > 0) {
            out.println("  and " + count + " more");
        }
    }

    /** DataNodes and storage volumes that are not there. */
    void missing(List<MissingStorageProto> missing) {
        out.println("DataNodes and storage volumes missing: " + (missing.isEmpty() ? "none" : missing.size()));
        missing.forEach(storage -> out.println("  " + storage.getDatanode() + ": " + storage.getReason()));
    }

    /** What is known of that while the NameNode is stopped. */
    void missingUnasked(SnapshotProto target, String blocks) {
        out.println("DataNodes and storage volumes missing: not known, no DataNode is asked now");
        LeftOutNames.of(target).ifPresent(names -> out.println("  left out, what they hold goes: " + names));
        out.println("Blocks without a replica: " + blocks);
    }

    void missing(MissingBlocks missing) {
        if (missing.blocks() == 0) {
            out.println("Blocks without a replica: none");
            return;
        }
        out.println("Blocks without a replica: " + missing.blocks() + " of " + missing.files() + " files");
        missing.first().forEach((path, reason) -> out.println("  " + path + ": " + reason));
        more(missing.files() - missing.first().size());
    }

    /** What comes back that somebody may have revoked. */
    void warnings(DiffSummary differences) {
        out.println("Warning: permissions, delegation tokens and keys that were revoked since then come back; "
                + differences.otherPermissions() + " paths have other permissions now");
    }

    /**
     * The last lines.
     *
     * @param refusal why the rollback would be refused; empty when it would not
     * @return the exit code
     */
    int end(String refusal) {
        if (!refusal.isEmpty()) {
            out.println("Would be refused: " + refusal);
        }
        out.println("Nothing was changed");
        return refusal.isEmpty() ? 0 : 1;
    }
}
