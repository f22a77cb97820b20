/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.restore;

import static java.util.Objects.requireNonNull;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.ContentSummary;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.apache.hadoop.hdfs.client.HdfsClientConfigKeys;
import org.apache.hadoop.hdfs.protocol.HdfsFileStatus;
import org.apache.hadoop.util.BlockingThreadPoolExecutorService;

/**
 * Brings files and directories back from one file system to another: see the package. Runs once, in the calling thread
 * and {@link RestoreRequest#threads} others.
 */
public final class Restore {
    /** Tasks that are handed over ahead, for each thread. */
    private static final int WAITING = 16;

    private final Sides sides;
    private final RestoreRequest request;
    private final RestoreEvents events;

    /**
     * Both file systems stay the caller's.
     *
     * @param then as of T; opened, like {@code live}, with {@link #comparable}
     */
    public Restore(
            DistributedFileSystem then, DistributedFileSystem live, RestoreRequest request, RestoreEvents events) {
        this.sides = new Sides(then, live);
        this.request = requireNonNull(request, "request is null");
        this.events = requireNonNull(events, "events is null");
    }

    /** A copy with which clients get checksums that do not depend on how a file is cut into blocks. */
    public static Configuration comparable(Configuration conf) {
        Configuration own = new Configuration(conf);
        own.set(HdfsClientConfigKeys.DFS_CHECKSUM_COMBINE_MODE_KEY, "COMPOSITE_CRC");
        return own;
    }

    /**
     * Does it. Single paths that fail, or are left alone, are told to the {@link RestoreEvents} and not thrown.
     *
     * @throws FileNotFoundException when a path is not in the snapshot; nothing was changed then
     * @throws IOException when it was given up, because what failed would fail again: no NameNode, safe mode, a quota, or
     *     too many failures
     */
    public void run() throws IOException {
        List<Root> roots = request.roots();
        List<HdfsFileStatus> statuses = look(roots);
        Run run = new Run(request, events);
        Attributes attributes = new Attributes(sides);
        DirectoryRestore directories = new DirectoryRestore(run, sides, attributes);
        Ancestors ancestors = new Ancestors(run, sides, directories);
        ExecutorService executor = BlockingThreadPoolExecutorService.newInstance(
                request.threads(), request.threads() * WAITING, 1, TimeUnit.SECONDS, "volsnap-restore");
        try {
            TreeWalk walk = new TreeWalk(run, sides, new FileRestore(run, sides, attributes), directories, executor);
            for (int i = 0; i < roots.size() && !run.isStopped(); i++) {
                Root root = roots.get(i);
                OpenDirectory parent = ancestors.open(root);
                if (parent != null) {
                    walk.walk(new Pair(root.from(), statuses.get(i), root.live(), sides.live(root.live())), parent);
                }
            }
        } finally {
            ancestors.end();
            await(executor);
        }
        run.rethrow();
    }

    private List<HdfsFileStatus> look(List<Root> roots) throws IOException {
        List<HdfsFileStatus> statuses = new ArrayList<>();
        long paths = 0;
        long bytes = 0;
        for (Root root : roots) {
            HdfsFileStatus status = sides.then(root.from());
            if (status == null) {
                throw new FileNotFoundException(Sides.name(root.from()) + " is not in the snapshot");
            }
            Ancestors.check(sides, root.live());
            statuses.add(status);
            if (!status.isSymlink()) {
                ContentSummary summary = sides.then().getContentSummary(root.from());
                paths += summary.getFileCount() + summary.getDirectoryCount();
                bytes += summary.getLength();
            }
        }
        events.begins(paths, bytes);
        return statuses;
    }

    private static void await(ExecutorService executor) throws InterruptedIOException {
        executor.shutdown();
        try {
            while (!executor.awaitTermination(1, TimeUnit.HOURS)) {
                // Files are still copied.
            }
        } catch (InterruptedException e) {
            executor.shutdownNow();
            Thread.currentThread().interrupt();
            throw new InterruptedIOException("interrupted while files were copied");
        }
    }
}
