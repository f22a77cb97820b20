/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The parts of the runner that need no engine, on the vectors themselves. */
class TraceLanguageTest {
    private static final Path VECTORS = Path.of("src/test/resources/vectors");

    @Test
    void contentIsTheKernelRunsContent() throws IOException {
        KernelVector vector = KernelVector.load(VECTORS.resolve("t01-one-chunk"));
        byte[] origin = Prng.bytes(101, Sectors.toBytes(2048));
        assertThat(Sectors.sha256(origin)).isEqualTo(vector.answers().get("6").text());
    }

    @Test
    void everyAnswerBelongsToAnOpOfTheTrace() throws IOException {
        for (KernelVector vector : KernelVector.loadAll(VECTORS)) {
            List<String> lines = vector.ops().stream().map(TraceOp::key).toList();
            List<String> answered = vector.answers().keySet().stream()
                    .filter(key -> !key.startsWith("FINAL"))
                    .toList();
            assertThat(lines).as(vector.name()).containsAll(answered);
            vector.ops().stream()
                    .filter(op -> vector.answers().containsKey(op.key()))
                    .forEach(op -> assertThat(op.toString())
                            .isEqualTo(vector.answers().get(op.key()).op()));
        }
    }

    @Test
    void metadataOfEveryImageIsReadAsTheVectorsHaveIt() throws IOException {
        int images = 0;
        for (KernelVector vector : KernelVector.loadAll(VECTORS)) {
            for (String name : imagesOf(vector)) {
                assertThat(new KernelImage(vector.image(name)).toJson())
                        .as(vector.name() + " " + name)
                        .isEqualTo(vector.metadata(name));
                images++;
            }
        }
        assertThat(images).isPositive();
    }

    private static List<String> imagesOf(KernelVector vector) throws IOException {
        try (Stream<Path> files = Files.list(vector.folder())) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".img.gz"))
                    .map(name -> name.substring(0, name.length() - ".gz".length()))
                    .toList();
        }
    }

    @Test
    void anOpIsReadWithItsMarks() {
        TraceOp op = TraceOp.parse(7, "? bg sw 1 2 3 4  # why").orElseThrow();
        assertThat(op).isEqualTo(new TraceOp(7, true, true, "sw", List.of("1", "2", "3", "4")));
        assertThat(TraceOp.parse(1, "  # only this")).isEqualTo(Optional.empty());
    }
}
