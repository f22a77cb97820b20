/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.restore;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.hdfs.protocol.HdfsFileStatus;
import org.jspecify.annotations.Nullable;
import org.volsnap.restore.DirectoryRestore.Opened;

/**
 * Goes through a tree of the snapshot and the same tree now, side by side in the order of names, and hands a task for each
 * path to an executor, which holds it up while it has enough to do. What is only there now is left alone, but for files
 * that an earlier run left under {@link TemporaryName}s. For one thread.
 *
 * <p>Memory: a page of names on each side for every directory on the way.
 */
final class TreeWalk {
    private final Run run;
    private final Sides sides;
    private final FileRestore files;
    private final DirectoryRestore directories;
    private final Executor executor;
    /** Names that tasks of this run have now; added by the walk alone. */
    private final Set<Path> written = ConcurrentHashMap.newKeySet();

    TreeWalk(Run run, Sides sides, FileRestore files, DirectoryRestore directories, Executor executor) {
        this.run = requireNonNull(run, "run is null");
        this.sides = requireNonNull(sides, "sides is null");
        this.files = requireNonNull(files, "files is null");
        this.directories = requireNonNull(directories, "directories is null");
        this.executor = requireNonNull(executor, "executor is null");
    }

    @FunctionalInterface
    private interface Task {
        void run() throws IOException;
    }

    /** Ends when all tasks are handed over; they may still run then. What fails is told, and nothing is thrown for it. */
    void walk(Pair pair, OpenDirectory parent) {
        if (run.isStopped()) {
            return;
        }
        HdfsFileStatus now = pair.now();
        if (now != null && pair.isOfAnotherKind()) {
            run.events().progress(pair.isDirectory() ? 0 : pair.then().getLen());
            run.conflict(pair, "is a " + Pair.kind(now) + " now and was a " + Pair.kind(pair.then()));
        } else if (pair.isDirectory()) {
            attempt(pair, () -> directory(pair, parent));
        } else {
            file(pair, parent);
        }
    }

    private void file(Pair pair, OpenDirectory parent) {
        Path temporary = TemporaryName.of(pair.live());
        written.add(temporary);
        submit(pair, parent, () -> {
            try {
                files.restore(pair, parent);
            } finally {
                written.remove(temporary);
            }
        });
    }

    private void directory(Pair pair, OpenDirectory parent) throws IOException {
        Opened opened = directories.open(pair, parent);
        if (opened == null) {
            return;
        }
        OpenDirectory directory = opened.directory();
        try {
            submit(pair, directory, () -> directories.putAttributesBack(opened));
            children(pair, directory);
        } finally {
            directory.end();
        }
    }

    private void children(Pair pair, OpenDirectory directory) throws IOException {
        Listing then = new Listing(sides.then().getClient(), pair.from());
        Listing now = directory.isThere() && pair.now() != null
                ? new Listing(sides.live().getClient(), pair.live())
                : null;
        HdfsFileStatus child = then.peek();
        while (child != null && !run.isStopped()) {
            HdfsFileStatus present = now == null ? null : counterpart(child, now, directory);
            String name = child.getLocalName();
            if (!TemporaryName.isOne(name)) {
                walk(new Pair(new Path(pair.from(), name), child, new Path(pair.live(), name), present), directory);
            }
            then.skip();
            child = then.peek();
        }
        for (HdfsFileStatus rest = peek(now); rest != null && !run.isStopped(); rest = peek(now)) {
            removeLeftover(rest, directory);
            requireNonNull(now).skip();
        }
    }

    private static @Nullable HdfsFileStatus peek(@Nullable Listing listing) throws IOException {
        return listing == null ? null : listing.peek();
    }

    /** What has the same name now. */
    private @Nullable HdfsFileStatus counterpart(HdfsFileStatus child, Listing now, OpenDirectory directory)
            throws IOException {
        for (HdfsFileStatus present = now.peek(); present != null; present = now.peek()) {
            int order = Listing.compare(present, child);
            if (order > 0) {
                return null;
            }
            now.skip();
            if (order == 0) {
                return present;
            }
            removeLeftover(present, directory);
        }
        return null;
    }

    private void removeLeftover(HdfsFileStatus present, OpenDirectory directory) throws IOException {
        String name = present.getLocalName();
        Path path = new Path(directory.live(), name);
        if (present.isDirectory() || !TemporaryName.isOne(name) || written.contains(path) || run.isDryRun()) {
            return;
        }
        if (sides.live().delete(path, false)) {
            directory.changed();
        }
    }

    private void submit(Pair pair, OpenDirectory directory, Task task) {
        directory.begin();
        executor.execute(() -> {
            try {
                if (!run.isStopped()) {
                    attempt(pair, task);
                }
            } finally {
                directory.end();
            }
        });
    }

    private void attempt(Pair pair, Task task) {
        try {
            task.run();
        } catch (IOException e) {
            run.failed(pair, e);
        } catch (RuntimeException | Error e) {
            run.stop(e);
        }
    }
}
