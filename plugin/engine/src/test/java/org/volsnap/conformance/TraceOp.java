/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.conformance;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * One line of a trace.
 *
 * @param line its number in the file, from 1
 * @param informational marked with {@code ?}: its answer is not compared
 * @param background begun by {@code bg}: answered at {@code join}
 * @param name the op
 * @param arguments the words after it
 */
record TraceOp(int line, boolean informational, boolean background, String name, List<String> arguments) {
    /** Reads one line; empty for one without an op. */
    static Optional<TraceOp> parse(int line, String text) {
        String code = text.replaceFirst("#.*", "").strip();
        if (code.isEmpty()) {
            return Optional.empty();
        }
        List<String> words = new ArrayList<>(Arrays.asList(code.split("\\s+")));
        boolean informational = words.get(0).equals("?");
        if (informational) {
            words.remove(0);
        }
        boolean background = words.get(0).equals("bg");
        if (background) {
            words.remove(0);
        }
        return Optional.of(new TraceOp(
                line, informational, background, words.get(0), List.copyOf(words.subList(1, words.size()))));
    }

    String key() {
        return Integer.toString(line);
    }

    boolean has(int index) {
        return index < arguments.size();
    }

    String word(int index) {
        if (!has(index)) {
            throw new IllegalArgumentException("line " + line + ": " + this + " lacks argument " + (index + 1));
        }
        return arguments.get(index);
    }

    /** An argument that is a number: sectors, milliseconds, a seed or a snapshot. */
    long number(int index) {
        return Long.parseUnsignedLong(word(index));
    }

    int integer(int index) {
        return Math.toIntExact(number(index));
    }

    @Override
    public String toString() {
        return (background ? "bg " : "") + name + (arguments.isEmpty() ? "" : " " + String.join(" ", arguments));
    }
}
