/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.conformance;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Compares answers with the kernel's, and counts. Used by one thread. */
final class Comparison {
    private static final Pattern IMAGE = Pattern.compile("DUMP (\\S+) sectors=(\\d+)");

    private final List<String> differences = new ArrayList<>();
    private final Map<String, Integer> exclusions = new TreeMap<>();
    private int compared;
    private int excluded;

    void compare(KernelVector vector, TraceRunner.Result result) throws IOException {
        for (Map.Entry<String, KernelVector.Answer> entry : vector.answers().entrySet()) {
            KernelVector.Answer expected = entry.getValue();
            Optional<Exclusion> exclusion = Exclusion.of(expected);
            if (exclusion.isPresent()) {
                excluded++;
                exclude(exclusion.get());
                continue;
            }
            compared++;
            String got = result.answers().getOrDefault(entry.getKey(), "no answer");
            compareAnswer(vector, expected, got, result);
        }
    }

    /** Compares the bytes that were read, where the kernel could read them. */
    void compareReads(KernelVector vector, TraceRunner.Result result) {
        vector.answers().forEach((key, expected) -> {
            String got = result.answers().getOrDefault(key, "no answer");
            if (!expected.text().startsWith("SHA256") || expected.op().startsWith("rawsha")) {
                return;
            }
            if (expected.informational()) {
                excluded++;
                exclude(Exclusion.of(expected).orElseThrow());
            } else if (got.startsWith(SharedChainTarget.NOT_COMPARED)) {
                excluded++;
                exclusions.merge(got.substring(SharedChainTarget.NOT_COMPARED.length()), 1, Integer::sum);
            } else {
                compared++;
                if (!comparable(got).equals(comparable(expected.text()))) {
                    differ(vector, expected, got);
                }
            }
        });
    }

    private void exclude(Exclusion rule) {
        exclusions.merge(rule.text(), 1, Integer::sum);
    }

    private void compareAnswer(KernelVector vector, KernelVector.Answer expected, String got, TraceRunner.Result result)
            throws IOException {
        if (!comparable(expected.text()).equals(comparable(got))) {
            differ(vector, expected, got);
            return;
        }
        Matcher image = IMAGE.matcher(expected.text());
        if (image.matches()) {
            compareImage(vector, expected, image.group(1), result);
        }
    }

    /** Without what the vectors' own page calls informational. */
    private String comparable(String answer) {
        String text = answer;
        for (Exclusion rule : Exclusion.IN_AN_ANSWER) {
            String without = rule.removeFrom(text);
            if (!without.equals(text)) {
                text = without;
            }
        }
        return text;
    }

    private void compareImage(KernelVector vector, KernelVector.Answer expected, String name, TraceRunner.Result result)
            throws IOException {
        byte[] theirs = vector.image(name);
        TraceRunner.Image image = result.images().get(name);
        byte[] ours = image.bytes();
        String metadata = new KernelImage(ours).toJson();
        if (!metadata.equals(vector.metadata(name))) {
            differ(vector, expected, "metadata " + metadata + ", not " + vector.metadata(name));
        }
        if (ours.length != theirs.length) {
            differ(vector, expected, ours.length + " bytes in the image, not " + theirs.length);
            return;
        }
        KernelImage form = new KernelImage(theirs);
        Set<Long> unnamed = image.holdsUnfinished() ? form.unnamedChunks(theirs.length / Sectors.BYTES) : Set.of();
        unnamed.forEach(chunk -> exclude(Exclusion.UNFINISHED_CHUNK));
        for (int at = 0; at < ours.length; at++) {
            if (ours[at] != theirs[at] && !unnamed.contains(at / form.chunkBytes())) {
                differ(vector, expected, "byte %d of the image is %02x, not %02x".formatted(at, ours[at], theirs[at]));
                return;
            }
        }
    }

    private void differ(KernelVector vector, KernelVector.Answer expected, String got) {
        differences.add(
                "%s: %s%n    kernel: %s%n    here:   %s".formatted(vector.name(), expected.op(), expected.text(), got));
    }

    void failed(KernelVector vector, Exception failure) {
        differences.add(vector.name() + ": did not run: " + failure);
    }

    List<String> differences() {
        return differences;
    }

    /**
     * Differences, exclusions by rule, and the totals in the last line.
     *
     * @param title begins the last line; may be empty
     */
    String report(String title) {
        StringBuilder text = new StringBuilder();
        differences.forEach(line -> text.append("DIFFERS ").append(line).append('\n'));
        exclusions.forEach((rule, count) ->
                text.append("excluded ").append(count).append(": ").append(rule).append('\n'));
        return text + title + summary();
    }

    private String summary() {
        return "%d lines compared, %d excluded, %d differ".formatted(compared, excluded, differences.size());
    }
}
