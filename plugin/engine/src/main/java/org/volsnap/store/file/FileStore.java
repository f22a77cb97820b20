/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.file;

import static java.util.Objects.requireNonNull;

import com.google.common.annotations.VisibleForTesting;
import com.google.common.io.Closer;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.UUID;
import java.util.function.Supplier;
import org.volsnap.store.ExceptionStore;
import org.volsnap.store.WholeReplicaStore;

/**
 * The persistent stores of one block pool on one storage volume: exceptions in a log, whole replicas as hard links.
 * Held open by one process at a time. Safe for many threads.
 */
public final class FileStore implements Closeable {
    private final Closer resources;
    private final LogExceptionStore exceptions;
    private final LinkedReplicaStore replicas;
    private final LinkSweep sweep;

    private FileStore(Closer resources, LogExceptionStore exceptions, LinkedReplicaStore replicas, LinkSweep sweep) {
        this.resources = resources;
        this.exceptions = exceptions;
        this.replicas = replicas;
        this.sweep = sweep;
    }

    /**
     * Opens the store in this directory, or makes a new one.
     *
     * @param directory {@code <storage volume>/volsnap/<block pool>}; made when absent
     * @throws org.volsnap.store.StoreException when another process holds it (the message names the directory), when it
     *     belongs to somebody else, or when its header cannot be trusted
     * @throws org.volsnap.store.StoreVersionException when a newer or no longer supported format wrote it
     */
    public static FileStore open(Path directory, FileStoreOptions options) throws IOException {
        return open(directory, options, new DiskFiles(), UUID::randomUUID);
    }

    @VisibleForTesting
    static FileStore open(Path directory, FileStoreOptions options, StoreFiles files, Supplier<UUID> newId)
            throws IOException {
        requireNonNull(options, "options is null");
        StoreLayout layout = new StoreLayout(directory.toAbsolutePath());
        StoreDirectory store = new StoreDirectory(files, layout);
        try (OpenGuard guard = new OpenGuard()) {
            store.create();
            guard.register(files.lock(layout.lock()));
            UUID id = store.openHeader(options, newId);
            SegmentFiles segments = new SegmentFiles(files, layout, id);
            LogExceptionStore exceptions = guard.register(new LogExceptionStore(id, options, segments));
            LinkedReplicaStore replicas = new LinkedReplicaStore(files, options.pool(), layout.links());
            LinkSweep sweep = guard.register(new LinkSweep(replicas.known(), options.pool()));
            sweep.start();
            return new FileStore(guard.release(), exceptions, replicas, sweep);
        }
    }

    /**
     * Whether anything of a snapshot lies in this directory: an exception, a loss, or a whole replica. Opens and changes
     * nothing; what it cannot tell counts as content.
     */
    public static boolean holdsContent(Path directory) throws IOException {
        return new StoreDirectory(new DiskFiles(), new StoreLayout(directory.toAbsolutePath())).holdsContent();
    }

    /** Header and chunk exceptions. {@link ExceptionStore#replay} has not been called yet. */
    public ExceptionStore exceptions() {
        return exceptions;
    }

    public WholeReplicaStore replicas() {
        return replicas;
    }

    /** Returns when all that was there at the start is counted. */
    @VisibleForTesting
    void awaitSweep() {
        sweep.await();
    }

    /** Completes or fails what is under way and lets the directory go. Closes {@link #exceptions()} too. Idempotent. */
    @Override
    public void close() throws IOException {
        resources.close();
    }
}
