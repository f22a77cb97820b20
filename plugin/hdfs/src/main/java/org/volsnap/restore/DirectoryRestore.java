/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.restore;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.apache.hadoop.hdfs.protocol.EncryptionZone;
import org.apache.hadoop.hdfs.protocol.HdfsFileStatus;
import org.jspecify.annotations.Nullable;
import org.volsnap.restore.Attributes.Difference;

/** Brings directories back, without what is in them. Safe for many threads. */
final class DirectoryRestore {
    private final Run run;
    private final Sides sides;
    private final Attributes attributes;

    DirectoryRestore(Run run, Sides sides, Attributes attributes) {
        this.run = requireNonNull(run, "run is null");
        this.sides = requireNonNull(sides, "sides is null");
        this.attributes = requireNonNull(attributes, "attributes is null");
    }

    /**
     * Makes the directory, for nobody but the superuser yet, where it is missing, and has what is made in it stored as at
     * T. The other attributes come with {@link #putAttributesBack}, its times when it comes to its end.
     *
     * @return null: it is left alone with all that is in it
     */
    @Nullable
    Opened open(Pair pair, @Nullable OpenDirectory parent) throws IOException {
        if (pair.now() != null) {
            List<Difference> policies = attributes.policies(pair);
            if (!run.isDryRun()) {
                Attributes.putBack(policies);
            }
            return opened(pair, parent, pair, policies);
        }
        boolean newZone = false;
        if (pair.then().isEncrypted() && (parent == null || !parent.isEncrypted())) {
            newZone = isZone(pair);
            if (!newZone) {
                run.conflict(
                        pair, "was in an encryption zone and would be in none: its files would be stored in the clear");
                return null;
            }
        }
        if (run.isDryRun()) {
            return opened(pair, parent, pair, List.of());
        }
        if (parent != null) {
            parent.changed();
        }
        Pair made = make(pair, newZone);
        Attributes.putBack(attributes.policies(made));
        return opened(pair, parent, made, List.of());
    }

    /**
     * A directory that is open.
     *
     * @param listed as the walk has found it
     * @param present with what is there now
     * @param policies that were others
     */
    record Opened(OpenDirectory directory, Pair listed, Pair present, List<Difference> policies) {}

    private Opened opened(Pair listed, @Nullable OpenDirectory parent, Pair present, List<Difference> policies) {
        HdfsFileStatus now = present.now();
        OpenDirectory directory = new OpenDirectory(
                parent,
                listed.live(),
                now != null,
                now == null ? listed.then().isEncrypted() : now.isEncrypted(),
                ended -> close(ended, listed));
        return new Opened(directory, listed, present, policies);
    }

    private boolean isZone(Pair pair) throws IOException {
        EncryptionZone zone = sides.then().getEZForPath(pair.from());
        return zone != null && zone.getPath().equals(Sides.name(pair.from()));
    }

    private Pair make(Pair pair, boolean newZone) throws IOException {
        DistributedFileSystem live = sides.live();
        live.mkdir(pair.live(), new FsPermission((short) 0700));
        if (newZone) {
            EncryptionZone zone = sides.then().getEZForPath(pair.from());
            live.createEncryptionZone(pair.live(), zone.getKeyName());
        }
        HdfsFileStatus made = sides.live(pair.live());
        if (made == null) {
            throw new IOException("it was removed while it was brought back");
        }
        return pair.with(pair.live(), made);
    }

    /** Owner, mode and all the others; the times come last. */
    void putAttributesBack(Opened opened) throws IOException {
        Pair listed = opened.listed();
        HdfsFileStatus before = listed.now();
        if (before == null) {
            if (!run.isDryRun()) {
                Attributes.putBack(attributes.others(opened.present()));
            }
            run.events().done(Outcome.COPIED, true, listed.live(), 0, "");
            return;
        }
        List<Difference> others = attributes.others(listed);
        if (!run.isDryRun()) {
            Attributes.putBack(others);
        }
        List<Difference> differences = new ArrayList<>(opened.policies());
        differences.addAll(others);
        if (before.getModificationTime() != listed.then().getModificationTime()) {
            differences.add(new Difference("modification time", () -> attributes.putModificationTimeBack(listed)));
        }
        Outcome outcome = differences.isEmpty() ? Outcome.UNCHANGED : Outcome.ATTRIBUTES;
        run.events().done(outcome, true, listed.live(), 0, Attributes.names(differences));
    }

    /** HDFS has changed the time of whatever something was made in. */
    private void close(OpenDirectory directory, Pair listed) {
        HdfsFileStatus before = listed.now();
        boolean otherTime = before == null
                || directory.isChanged()
                || before.getModificationTime() != listed.then().getModificationTime();
        if (run.isDryRun() || run.isStopped() || !otherTime) {
            return;
        }
        try {
            attributes.putModificationTimeBack(listed);
        } catch (IOException e) {
            run.failed(listed, e);
        }
    }
}
