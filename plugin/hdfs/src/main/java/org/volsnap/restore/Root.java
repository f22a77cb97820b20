/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.restore;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.apache.hadoop.fs.Path;
import org.jspecify.annotations.Nullable;

/**
 * A path that was asked for, and where it goes.
 *
 * @param from in the snapshot
 * @param live now
 */
record Root(Path from, Path live) {
    private static final String RESERVED = "/.reserved/";

    /**
     * All of a request, each once.
     *
     * @param asked for, in any order
     * @param to see {@link RestoreRequest}
     *
     * @throws IllegalArgumentException when two would come to the same place, one has no name, or is no path of its own
     */
    static List<Root> of(List<Path> asked, @Nullable Path to) {
        Set<Path> paths = new TreeSet<>(asked);
        List<Root> roots = new ArrayList<>();
        Set<Path> places = new HashSet<>();
        for (Path path : paths) {
            if (isBelowAnother(path, paths)) {
                continue;
            }
            if (Sides.name(path).startsWith(RESERVED)) {
                throw new IllegalArgumentException(path + " is another name of something: use its path");
            }
            if (to != null && path.isRoot()) {
                throw new IllegalArgumentException("/ has no name to have in another directory: name what is in it");
            }
            Root root = new Root(path, to == null ? path : new Path(to, path.getName()));
            if (!places.add(root.live())) {
                throw new IllegalArgumentException("two paths would come to " + Sides.name(root.live()));
            }
            roots.add(root);
        }
        return roots;
    }

    private static boolean isBelowAnother(Path path, Set<Path> paths) {
        for (Path parent = path.getParent(); parent != null; parent = parent.getParent()) {
            if (paths.contains(parent)) {
                return true;
            }
        }
        return false;
    }
}
