/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.it;

import static java.util.Objects.requireNonNull;

import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.hadoop.hdfs.protocol.HdfsFileStatus;

/**
 * What a rollback has done, from what clients saw before and after it: a count of the same things that a dry run counts,
 * made without anything of the plugin.
 */
final class ActualChanges {
    private static final Pattern BYTES = Pattern.compile("file (\\d+) x\\d+ ([0-9a-f]{64}) .*");

    final SortedSet<String> comeBack = new TreeSet<>();
    final SortedSet<String> vanish = new TreeSet<>();
    final SortedSet<String> change = new TreeSet<>();
    final SortedSet<String> changeAttributes = new TreeSet<>();

    /** Where it was before, by the path that it has after. */
    final SortedMap<String, String> moveBack = new TreeMap<>();

    private final Inodes before;
    private final Inodes after;
    private final SortedMap<String, String> linesBefore;
    private final SortedMap<String, String> linesAfter;
    private final Set<Long> open;

    /** @param open the inodes of files that were being written at T or before the rollback: they count as changed */
    ActualChanges(
            Inodes before, FileSystemState stateBefore, Inodes after, FileSystemState stateAfter, Set<Long> open) {
        this.before = before;
        this.after = after;
        this.linesBefore = stateBefore.lines();
        this.linesAfter = stateAfter.lines();
        this.open = open;
        after.byPath().keySet().forEach(this::lookAfter);
        before.byPath().keySet().forEach(this::lookBefore);
    }

    private void lookAfter(String path) {
        String old = before.byId().get(after.id(path));
        if (old != null) {
            boolean moved = !old.equals(path)
                    && (before.parent(old) != after.parent(path)
                            || !Inodes.name(old).equals(Inodes.name(path)));
            if (moved) {
                moveBack.put(path, old);
            }
            compare(old, path);
        } else if (isReplaced(path)) {
            compare(path, path);
        } else {
            comeBack.add(path);
        }
    }

    private void lookBefore(String path) {
        if (!after.has(before.id(path)) && !isReplaced(path)) {
            vanish.add(path);
        }
    }

    /** Another inode of the same kind before and after, both there only once. */
    private boolean isReplaced(String path) {
        HdfsFileStatus b = before.byPath().get(path);
        HdfsFileStatus a = after.byPath().get(path);
        return a != null
                && b != null
                && b.isDirectory() == a.isDirectory()
                && !before.has(a.getFileId())
                && !after.has(b.getFileId());
    }

    private void compare(String old, String path) {
        String lineBefore = requireNonNull(linesBefore.get(old));
        String lineAfter = requireNonNull(linesAfter.get(path));
        if (open.contains(after.id(path)) || !bytes(lineBefore).equals(bytes(lineAfter))) {
            change.add(path);
        } else if (!lineBefore.equals(lineAfter)) {
            changeAttributes.add(path);
        }
    }

    private static String bytes(String line) {
        Matcher file = BYTES.matcher(line);
        return file.matches() ? file.group(1) + file.group(2) : "";
    }

    long files(Iterable<String> paths, boolean ofAfter) {
        long files = 0;
        for (String path : paths) {
            files += status(path, ofAfter).isDirectory() ? 0 : 1;
        }
        return files;
    }

    long bytes(Iterable<String> paths, boolean ofAfter) {
        long bytes = 0;
        for (String path : paths) {
            bytes += status(path, ofAfter).getLen();
        }
        return bytes;
    }

    /** @param path as it is after */
    boolean isDirectory(String path) {
        return status(path, true).isDirectory();
    }

    private HdfsFileStatus status(String path, boolean ofAfter) {
        return requireNonNull((ofAfter ? after : before).byPath().get(path));
    }
}
