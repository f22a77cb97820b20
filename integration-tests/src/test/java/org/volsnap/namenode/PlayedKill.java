/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode;

import static com.google.common.base.Preconditions.checkState;

import java.nio.file.Path;
import java.security.Permission;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Plays a process that is killed before its n-th change of a file below some directories, whoever makes it, Hadoop or
 * volsnap: the JDK asks a security manager before it opens a file for writing, renames, links, makes or removes one. From
 * then on nothing is changed there any more, also not by whatever tidies up on the way out.
 */
@SuppressWarnings("removal")
final class PlayedKill extends SecurityManager implements AutoCloseable {
    /** A process that is killed gives it back. */
    private static final String LOCK = "in_use.lock";

    private final List<String> directories;
    private final int last;
    private final AtomicInteger changes = new AtomicInteger();
    private volatile boolean over;

    /** What a change meets that is not made any more. */
    private static final class Killed extends Error {
        private static final long serialVersionUID = 1;
    }

    /** @param number of the change that is not made any more, from 1 */
    private PlayedKill(List<Path> directories, int number) {
        this.directories = directories.stream().map(path -> path + "/").toList();
        this.last = number;
    }

    /** Watches this process until it is closed. */
    static PlayedKill before(int number, List<Path> directories) {
        checkState(System.getSecurityManager() == null, "there is a security manager");
        PlayedKill kill = new PlayedKill(directories, number);
        System.setSecurityManager(kill);
        return kill;
    }

    /** How many changes were made or wanted. */
    int changes() {
        return changes.get();
    }

    boolean hasStruck() {
        return changes.get() >= last;
    }

    @Override
    public void checkWrite(String file) {
        change(file);
    }

    @Override
    public void checkDelete(String file) {
        change(file);
    }

    private void change(String file) {
        if (!over
                && !file.endsWith(LOCK)
                && directories.stream().anyMatch(file::startsWith)
                && changes.incrementAndGet() >= last) {
            throw new Killed();
        }
    }

    @Override
    public void checkPermission(Permission permission) {
        // Everything else is allowed.
    }

    @Override
    public void close() {
        over = true;
        System.setSecurityManager(null);
    }
}
