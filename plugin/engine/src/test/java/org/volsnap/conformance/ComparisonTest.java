/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is compared, and that it shows. */
class ComparisonTest {
    private static final Path VECTORS = Path.of("src/test/resources/vectors");

    private static String compared(String vectorName, Map<String, String> changed) throws IOException {
        KernelVector vector = KernelVector.load(VECTORS.resolve(vectorName));
        Map<String, String> answers = new HashMap<>();
        vector.answers().forEach((key, answer) -> answers.put(key, answer.text()));
        answers.putAll(changed);
        Map<String, TraceRunner.Image> images = new HashMap<>();
        for (KernelVector.Answer answer : vector.answers().values()) {
            if (answer.text().startsWith("DUMP")) {
                String name = answer.text().split(" ")[1];
                images.put(name, new TraceRunner.Image(vector.image(name), false));
            }
        }
        Comparison comparison = new Comparison();
        comparison.compare(vector, new TraceRunner.Result(answers, images));
        return comparison.report("");
    }

    @Test
    void theKernelsOwnAnswersDoNotDiffer() throws IOException {
        assertThat(compared("t01-one-chunk", Map.of())).isEqualTo("17 lines compared, 0 excluded, 0 differ");
    }

    @Test
    void everyKindOfAnswerIsCompared() throws IOException {
        assertThat(compared("t01-one-chunk", Map.of("7", "ERR EIO"))).contains("ow 16 8 1", "1 differ");
        assertThat(compared("t01-one-chunk", Map.of("9", "SHA256 00"))).contains("kernel: SHA256 07ab", "1 differ");
        assertThat(compared("t01-one-chunk", Map.of("12", "STATUS 0 2048 snapshot 32/1024 16")))
                .contains("1 differ");
        assertThat(compared("t01-one-chunk", Map.of("FINAL snap 0", "no"))).contains("1 differ");
        assertThat(compared("t30-chunk-size-rules", Map.of("11", "TABLE 0 2048 snapshot P 8")))
                .contains("1 differ");
    }

    @Test
    void onlyWhatDependsOnTimingIsLeftOut() throws IOException {
        assertThat(compared("t36-queue-on-pending", Map.of("8", "SHA256 00 order=1")))
                .contains("1 differ");
        assertThat(compared("t36-queue-on-pending", Map.of("6", "OK order=1"))).contains("0 differ");
        assertThat(compared("t41-crash-in-merge", Map.of("18", "?", "22", "?"))).endsWith("2 excluded, 0 differ");
    }

    @Test
    void aByteOfAnImageShows() throws IOException {
        KernelVector vector = KernelVector.load(VECTORS.resolve("t01-one-chunk"));
        Map<String, String> answers = new HashMap<>();
        vector.answers().forEach((key, answer) -> answers.put(key, answer.text()));
        byte[] image = vector.image("cow0.L15.img");
        image[image.length - 1]++;
        Comparison comparison = new Comparison();
        comparison.compare(
                vector, new TraceRunner.Result(answers, Map.of("cow0.L15.img", new TraceRunner.Image(image, false))));
        assertThat(comparison.differences()).hasSize(1).first().asString().contains("byte 12287 of the image");
    }
}
