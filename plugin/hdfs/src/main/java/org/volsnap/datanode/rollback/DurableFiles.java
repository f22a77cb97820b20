/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode.rollback;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;

/** Every step by which a rollback changes files. A step is done or not; durable only where it says so. */
final class DurableFiles {
    /** Told of each step before it is taken; stops everything by throwing. */
    @FunctionalInterface
    interface StepListener {
        void before(String step) throws IOException;
    }

    private final StepListener listener;

    DurableFiles(StepListener listener) {
        this.listener = requireNonNull(listener, "listener is null");
    }

    /** Something that others are about to do. */
    void step(String what) throws IOException {
        listener.before(what);
    }

    void write(FileChannel file, ByteBuffer bytes, long position) throws IOException {
        listener.before("write");
        while (bytes.hasRemaining()) {
            file.write(bytes, position + bytes.position());
        }
    }

    /** Cuts; a shorter file stays as it is. */
    void truncate(FileChannel file, long length) throws IOException {
        listener.before("truncate");
        file.truncate(length);
    }

    /** Durable: all that was written. */
    void force(FileChannel file) throws IOException {
        listener.before("force");
        file.force(true);
    }

    /** Renames within a storage volume. */
    void move(Path from, Path to) throws IOException {
        listener.before("move");
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    }

    /** The same, and durable in both directories; nothing when it is there already. */
    void moveDurably(Path from, Path to) throws IOException {
        if (!from.equals(to)) {
            move(from, to);
            forceDirectory(requireNonNull(to.getParent(), "a file has a directory"));
            forceDirectory(requireNonNull(from.getParent(), "a file has a directory"));
        }
    }

    void copy(Path from, Path to) throws IOException {
        listener.before("copy");
        Files.copy(from, to, StandardCopyOption.REPLACE_EXISTING);
    }

    void delete(Path file) throws IOException {
        listener.before("delete");
        Files.deleteIfExists(file);
    }

    /** Durable: what was made, renamed and removed in this directory. */
    void forceDirectory(Path directory) throws IOException {
        listener.before("force directory");
        try (FileChannel channel = FileChannel.open(directory)) {
            channel.force(true);
        }
    }

    /** Durable: the directory and all that had to be made above it, also when another thread has just made it. */
    synchronized void makeDirectories(Path directory) throws IOException {
        if (Files.isDirectory(directory)) {
            return;
        }
        Path parent = requireNonNull(directory.getParent(), "a directory of replicas has a parent");
        makeDirectories(parent);
        listener.before("make directory");
        Files.createDirectory(directory);
        forceDirectory(parent);
    }
}
