/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode.mount;

import java.util.Optional;

/**
 * What the process of a snapshot's NameNode says to the command that started it: lines on its standard output.
 *
 * @param kind of line
 * @param text for the operator; of READY the URI and, behind a space, the number of blocks without a replica
 */
public record MountLine(Kind kind, String text) {
    private static final String MARK = "volsnap-mount:";

    /** In order: any number of steps, then one of the others. */
    public enum Kind {
        STEP,
        READY,
        FAILED
    }

    @Override
    public String toString() {
        return MARK + kind + ":" + text.replace('\n', ' ');
    }

    /** Empty for what something else has printed. */
    public static Optional<MountLine> parse(String line) {
        for (Kind kind : Kind.values()) {
            String start = MARK + kind + ":";
            if (line.startsWith(start)) {
                return Optional.of(new MountLine(kind, line.substring(start.length())));
            }
        }
        return Optional.empty();
    }
}
