/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.restore;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.apache.hadoop.hdfs.DFSUtilClient;
import org.apache.hadoop.hdfs.protocol.HdfsFileStatus;
import org.volsnap.restore.Attributes.Difference;

/** Brings one file, or one symbolic link, back. Safe for many threads. */
final class FileRestore {
    private final Run run;
    private final Sides sides;
    private final Attributes attributes;
    private final Contents contents;
    private final FileWriter writer;

    FileRestore(Run run, Sides sides, Attributes attributes) {
        this.run = requireNonNull(run, "run is null");
        this.sides = requireNonNull(sides, "sides is null");
        this.attributes = requireNonNull(attributes, "attributes is null");
        this.contents = new Contents(sides);
        this.writer = new FileWriter(sides, attributes, contents, run.events());
    }

    void restore(Pair pair, OpenDirectory parent) throws IOException {
        if (pair.then().isSymlink()) {
            link(pair, parent);
            return;
        }
        FileVersion then = FileVersion.of(pair.then());
        HdfsFileStatus status = pair.now();
        long length = contents.lengthThen(pair);
        FileChange change = FileChange.of(
                then, length, status == null ? null : FileVersion.of(status), bytes -> contents.isSame(pair, bytes));
        switch (change) {
            case NONE -> keep(pair, length);
            case MISSING -> copy(pair, length, parent, Outcome.COPIED);
            case TRUNCATED -> extend(pair, length, parent);
            case APPENDED -> cut(pair, length, parent);
            case DIFFERENT -> replace(pair, length, parent, "has another content now");
            case BEING_WRITTEN -> replace(pair, length, parent, "is being written now");
        }
    }

    private void keep(Pair pair, long length) throws IOException {
        List<Difference> differences = attributes.policies(pair);
        differences.addAll(attributes.others(pair));
        if (pair.then().getModificationTime() != pair.requireNow().getModificationTime()) {
            differences.add(new Difference("modification time", () -> attributes.putModificationTimeBack(pair)));
        }
        if (!run.isDryRun()) {
            Attributes.putBack(differences);
        }
        run.events().progress(length);
        done(differences.isEmpty() ? Outcome.UNCHANGED : Outcome.ATTRIBUTES, pair, length, differences);
    }

    private void copy(Pair pair, long length, OpenDirectory parent, Outcome outcome) throws IOException {
        if (pair.then().getFileEncryptionInfo() != null && !parent.isEncrypted()) {
            conflict(pair, length, "was in an encryption zone and would be in none: it would be stored in the clear");
            return;
        }
        if (run.isDryRun()) {
            run.events().progress(length);
        } else {
            parent.changed();
            writer.copy(pair, length);
        }
        done(outcome, pair, length, List.of());
    }

    private void replace(Pair pair, long length, OpenDirectory parent, String reason) throws IOException {
        if (run.mayOverwrite()) {
            copy(pair, length, parent, Outcome.REPLACED);
        } else {
            conflict(pair, length, reason);
        }
    }

    private void conflict(Pair pair, long length, String reason) {
        run.events().progress(length);
        run.conflict(pair, reason);
    }

    private void cut(Pair pair, long length, OpenDirectory parent) throws IOException {
        long more = pair.requireNow().getLen() - length;
        if (!run.mayOverwrite()) {
            conflict(pair, length, "is longer now, by " + more + " bytes");
        } else if (pair.requireNow().getErasureCodingPolicy() != null) {
            copy(pair, length, parent, Outcome.REPLACED); // HDFS can't truncate it
        } else {
            inPlace(pair, () -> writer.cut(pair, length));
            run.events().progress(length);
            done(Outcome.CUT, pair, more, List.of());
        }
    }

    private void extend(Pair pair, long length, OpenDirectory parent) throws IOException {
        long present = pair.requireNow().getLen();
        if (present == 0 || pair.requireNow().getErasureCodingPolicy() != null) {
            copy(pair, length, parent, Outcome.REPLACED);
            return;
        }
        inPlace(pair, () -> writer.extend(pair, length));
        run.events().progress(run.isDryRun() ? length : present);
        done(Outcome.EXTENDED, pair, length - present, List.of());
    }

    /** What is written in place has the right attributes last: writing changes its times. */
    private void inPlace(Pair pair, Attributes.Action write) throws IOException {
        if (!run.isDryRun()) {
            write.run();
            Attributes.putBack(attributes.policies(pair));
            Attributes.putBack(attributes.others(pair));
            attributes.putModificationTimeBack(pair);
        }
    }

    private void link(Pair pair, OpenDirectory parent) throws IOException {
        byte[] target = pair.then().getSymlinkInBytes();
        HdfsFileStatus now = pair.now();
        if (now != null) {
            if (Arrays.equals(target, now.getSymlinkInBytes())) {
                done(Outcome.UNCHANGED, pair, 0, List.of());
            } else {
                run.conflict(pair, "leads elsewhere now");
            }
            return;
        }
        if (!run.isDryRun()) {
            parent.changed();
            sides.live().getClient().createSymlink(DFSUtilClient.bytes2String(target), Sides.name(pair.live()), false);
        }
        done(Outcome.COPIED, pair, 0, List.of());
    }

    private void done(Outcome outcome, Pair pair, long bytes, List<Difference> differences) {
        run.events().done(outcome, false, pair.live(), bytes, Attributes.names(differences));
    }
}
