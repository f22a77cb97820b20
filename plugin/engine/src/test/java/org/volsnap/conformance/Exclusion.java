/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.conformance;

import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * What is not compared, and why. Never bytes read, OK or ERR, or the view of a FINAL line.
 *
 * @param text the rule as it is printed
 * @param pattern what it takes out of an answer
 */
record Exclusion(String text, Pattern pattern) {
    private static final Exclusion INFORMATIONAL =
            new Exclusion("marked with ? in the trace: the answer depends on timing", Pattern.compile(".*"));
    private static final Exclusion IOSTAT =
            new Exclusion("iostat: counters of the kernel's block layer", Pattern.compile(".*"));

    static final Exclusion UNFINISHED_CHUNK = new Exclusion(
            "chunks of an image, taken in the middle of a copy or after one was cut, that no exception names",
            Pattern.compile(""));

    static final List<Exclusion> IN_AN_ANSWER = List.of(
            new Exclusion("order= of a background op", Pattern.compile(" order=\\d+$")),
            new Exclusion("changed_after_cut= of a crash", Pattern.compile(" changed_after_cut=\\d+$")));

    /** The rule that excludes a whole line. */
    static Optional<Exclusion> of(KernelVector.Answer answer) {
        if (answer.informational()) {
            return Optional.of(INFORMATIONAL);
        }
        return answer.op().startsWith("iostat ") ? Optional.of(IOSTAT) : Optional.empty();
    }

    String removeFrom(String answer) {
        return pattern.matcher(answer).replaceFirst("");
    }
}
