/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.restore;

import static java.util.Objects.requireNonNull;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.hdfs.protocol.HdfsFileStatus;
import org.jspecify.annotations.Nullable;
import org.volsnap.restore.DirectoryRestore.Opened;

/**
 * The directories above what is restored. Those that are there are left as they are; those that are missing come back as
 * they were at T, or, of a directory that is restored to, are made new. For one thread.
 */
final class Ancestors {
    private final Run run;
    private final Sides sides;
    private final DirectoryRestore directories;
    /** From the outermost on; all stay open until the end, since several paths may have them in common. */
    private final Map<Path, OpenDirectory> open = new LinkedHashMap<>();

    Ancestors(Run run, Sides sides, DirectoryRestore directories) {
        this.run = requireNonNull(run, "run is null");
        this.sides = requireNonNull(sides, "sides is null");
        this.directories = requireNonNull(directories, "directories is null");
    }

    /** Refuses what can't be: something below a file. Changes nothing. */
    static void check(Sides sides, Path live) throws IOException {
        for (Path above : above(live)) {
            HdfsFileStatus status = sides.live(above);
            if (status == null) {
                return;
            }
            if (!status.isDirectory()) {
                throw new IOException(Sides.name(above) + " is a " + Pair.kind(status) + " now: " + Sides.name(live)
                        + " can't come below it");
            }
        }
    }

    /** The directory of a root, open until {@link #end}; null: left alone, with what was to come into it. */
    @Nullable
    OpenDirectory open(Root root) throws IOException {
        if (root.live().isRoot()) {
            return open.computeIfAbsent(root.live(), path -> new OpenDirectory(null, path, true, false, ended -> {}));
        }
        OpenDirectory last = null;
        for (Path above : above(root.live())) {
            last = open(root, above, last);
            if (last == null) {
                return null;
            }
        }
        return last;
    }

    private static Deque<Path> above(Path path) {
        Deque<Path> ancestors = new ArrayDeque<>();
        for (Path parent = path.getParent(); parent != null; parent = parent.getParent()) {
            ancestors.push(parent);
        }
        return ancestors;
    }

    private @Nullable OpenDirectory open(Root root, Path above, @Nullable OpenDirectory parent) throws IOException {
        OpenDirectory known = open.get(above);
        if (known != null) {
            return known;
        }
        HdfsFileStatus now = sides.live(above);
        OpenDirectory opened;
        if (now != null) {
            opened = new OpenDirectory(parent, above, true, now.isEncrypted(), ended -> {});
        } else if (root.from().equals(root.live())) {
            opened = restore(above, parent);
        } else {
            opened = make(above, parent);
        }
        if (opened != null) {
            open.put(above, opened);
        }
        return opened;
    }

    private @Nullable OpenDirectory restore(Path above, @Nullable OpenDirectory parent) throws IOException {
        HdfsFileStatus then = sides.then(above);
        if (then == null) {
            throw new FileNotFoundException(Sides.name(above) + " is not in the snapshot");
        }
        Opened opened = directories.open(new Pair(above, then, above, null), parent);
        if (opened == null) {
            return null;
        }
        directories.putAttributesBack(opened);
        return opened.directory();
    }

    private OpenDirectory make(Path above, @Nullable OpenDirectory parent) throws IOException {
        boolean encrypted = parent != null && parent.isEncrypted();
        if (!run.isDryRun()) {
            sides.live().mkdirs(above);
        }
        return new OpenDirectory(parent, above, !run.isDryRun(), encrypted, ended -> {});
    }

    /** Lets go of all of them. */
    void end() {
        open.values().forEach(OpenDirectory::end);
        open.clear();
    }
}
