/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.conformance;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/**
 * A trace and what the kernel answered to it.
 *
 * @param name its folder's name
 * @param folder where images lie beside it
 * @param ops in the order of the trace
 * @param answers by line number, or by the whole text before the arrow for the FINAL lines; in the order of the file
 */
record KernelVector(String name, Path folder, List<TraceOp> ops, Map<String, Answer> answers) {
    private static final Pattern LINE = Pattern.compile("(\\? )?(?:(\\d+) (.*)|(FINAL .*)) => (.*)");

    /**
     * One answer of the kernel.
     *
     * @param informational depends on timing
     * @param op what was asked
     * @param text the answer
     */
    record Answer(boolean informational, String op, String text) {}

    /** All vectors below a folder, by name; of a folder that is itself a vector, that one. */
    static List<KernelVector> loadAll(Path folder) throws IOException {
        if (isVector(folder)) {
            return List.of(load(folder));
        }
        try (Stream<Path> children = Files.list(folder)) {
            List<KernelVector> vectors = new ArrayList<>();
            for (Path child : children.filter(KernelVector::isVector).sorted().toList()) {
                vectors.add(load(child));
            }
            return vectors;
        }
    }

    private static boolean isVector(Path folder) {
        return Files.exists(folder.resolve("trace.txt")) && Files.exists(folder.resolve("expected.txt"));
    }

    static KernelVector load(Path folder) throws IOException {
        List<TraceOp> ops = new ArrayList<>();
        List<String> lines = Files.readAllLines(folder.resolve("trace.txt"), StandardCharsets.UTF_8);
        for (int i = 0; i < lines.size(); i++) {
            TraceOp.parse(i + 1, lines.get(i)).ifPresent(ops::add);
        }
        Map<String, Answer> answers = new LinkedHashMap<>();
        for (String line : Files.readAllLines(folder.resolve("expected.txt"), StandardCharsets.UTF_8)) {
            addAnswer(folder, line, answers);
        }
        return new KernelVector(folder.getFileName().toString(), folder, ops, answers);
    }

    private static void addAnswer(Path folder, String line, Map<String, Answer> into) {
        if (line.isBlank() || line.startsWith("#")) {
            return;
        }
        Matcher matcher = LINE.matcher(line.strip());
        if (!matcher.matches()) {
            throw new IllegalArgumentException("not an answer, in " + folder + ": " + line);
        }
        boolean isFinal = matcher.group(4) != null;
        String op = isFinal ? matcher.group(4) : matcher.group(3);
        String key = isFinal ? op : matcher.group(2);
        if (into.put(key, new Answer(matcher.group(1) != null, op, matcher.group(5))) != null) {
            throw new IllegalArgumentException("two answers, in " + folder + ": " + line);
        }
    }

    /** The bytes of an image that an answer names. */
    byte[] image(String name) throws IOException {
        try (GZIPInputStream in = new GZIPInputStream(Files.newInputStream(folder.resolve(name + ".gz")))) {
            return in.readAllBytes();
        }
    }

    /** The metadata of an image. */
    String metadata(String imageName) throws IOException {
        String name = imageName.replaceFirst("\\.img$", ".json");
        return Files.readString(folder.resolve(name), StandardCharsets.UTF_8).strip();
    }
}
