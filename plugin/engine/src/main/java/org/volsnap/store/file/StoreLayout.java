/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.file;

import java.nio.file.Path;
import java.util.OptionalInt;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Where the files of a store lie.
 *
 * @param directory the store's directory
 */
record StoreLayout(Path directory) {
    private static final Pattern SEGMENT_NAME = Pattern.compile("([0-9a-f]{8})\\.segment");

    private static final String REWRITTEN_SUFFIX = ".rewritten";

    /** Taken by the process that has the store open. */
    Path lock() {
        return directory.resolve("lock");
    }

    /** Who the store is. */
    Path header() {
        return directory.resolve("store");
    }

    /** Which segments the log has. */
    Path segmentList() {
        return directory.resolve("segments");
    }

    Path losses() {
        return directory.resolve("losses");
    }

    /** Space that is given up when a drop has to be recorded on a full disk. */
    Path reserve() {
        return directory.resolve("reserve");
    }

    Path log() {
        return directory.resolve("log");
    }

    Path segment(int number) {
        return log().resolve("%08x.segment".formatted(number));
    }

    /** A segment that is being rewritten. */
    Path rewritten(int number) {
        return log().resolve("%08x%s".formatted(number, REWRITTEN_SUFFIX));
    }

    static boolean isRewritten(Path file) {
        return file.getFileName().toString().endsWith(REWRITTEN_SUFFIX);
    }

    Path links() {
        return directory.resolve("links");
    }

    /** The number of the segment with this name; empty when it is no segment's name. */
    static OptionalInt segmentNumber(Path file) {
        Matcher matcher = SEGMENT_NAME.matcher(file.getFileName().toString());
        return matcher.matches() ? OptionalInt.of(Integer.parseUnsignedInt(matcher.group(1), 16)) : OptionalInt.empty();
    }
}
