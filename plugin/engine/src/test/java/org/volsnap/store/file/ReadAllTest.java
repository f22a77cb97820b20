/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.volsnap.store.file.Samples.OPTIONS;
import static org.volsnap.store.file.Samples.content;
import static org.volsnap.store.file.Samples.version;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.volsnap.model.ChunkContent;
import org.volsnap.model.ReadMemory;
import org.volsnap.store.ChunkLocation;
import org.volsnap.store.ExceptionStore;
import org.volsnap.store.StoreCorruptException;

/** Many chunks at once, as a merge reads them. */
class ReadAllTest {
    /** They fill several segments. */
    private static final int CHUNKS = 60;

    @TempDir
    private Path directory;

    @Test
    void contentsComeInTheOrderAskedForWhateverTheOrderOnDisk() throws Exception {
        try (FileStore store = FileStore.open(directory, OPTIONS)) {
            ExceptionStore exceptions = store.exceptions();
            exceptions.replay(new Replayed());
            List<ChunkLocation> locations = fill(exceptions);
            List<Integer> order = new ArrayList<>();
            for (int round = 0; round < 20; round++) {
                order.add(round % CHUNKS);
            }
            for (int chunk = 0; chunk < CHUNKS; chunk++) {
                order.add(chunk);
            }
            Collections.shuffle(order, new Random(7));

            List<ChunkContent> read =
                    exceptions.readAll(order.stream().map(locations::get).toList());

            assertThat(read).isEqualTo(order.stream().map(ReadAllTest::chunk).toList());
            assertThat(exceptions.readAll(List.of())).isEmpty();
        }
    }

    @Test
    void memoryThatIsUsedAgainHasEachChunkInTurn() throws Exception {
        try (FileStore store = FileStore.open(directory, OPTIONS)) {
            ExceptionStore exceptions = store.exceptions();
            exceptions.replay(new Replayed());
            List<ChunkLocation> locations = fill(exceptions);
            ReadMemory memory = ReadMemory.reused();

            for (int chunk = CHUNKS - 1; chunk >= 0; chunk--) {
                assertThat(exceptions.read(locations.get(chunk), memory)).isEqualTo(chunk(chunk));
            }
            ChunkContent first = exceptions.read(locations.get(1), memory);
            exceptions.read(locations.get(2), memory);
            assertThat(first.data().slice(0, 1)).isEqualTo(chunk(2).data().slice(0, 1));
        }
    }

    @Test
    void oneThatIsDamagedIsNamed() throws Exception {
        List<ChunkLocation> locations;
        try (FileStore store = FileStore.open(directory, OPTIONS)) {
            store.exceptions().replay(new Replayed());
            locations = fill(store.exceptions());
        }
        flipEveryByteOf(lastSegment(), chunk(CHUNKS - 1));
        try (FileStore store = FileStore.open(directory, OPTIONS)) {
            store.exceptions().replay(new Replayed());
            assertThatThrownBy(() -> store.exceptions().readAll(locations))
                    .isInstanceOf(StoreCorruptException.class)
                    .hasMessageContaining(lastSegment().getFileName().toString());
            List<ChunkLocation> others = locations.subList(0, CHUNKS - 1);
            assertThat(store.exceptions().readAll(others)).hasSize(CHUNKS - 1);
        }
    }

    private static List<ChunkLocation> fill(ExceptionStore store) throws Exception {
        store.commit(version(1)).get();
        List<ChunkLocation> locations = new ArrayList<>();
        for (int chunk = 0; chunk < CHUNKS; chunk++) {
            locations.add(store.commitChunk(1, chunk, chunk(chunk)).get());
        }
        return locations;
    }

    /** Of many lengths; a few with more checksums than is usual. */
    private static ChunkContent chunk(int number) {
        ChunkContent content = content(number, 4096 - number * 60);
        return number % 10 == 0
                ? new ChunkContent(content.data(), content(number + 1000, 2048).data())
                : content;
    }

    private Path lastSegment() throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            return files.filter(file -> file.toString().endsWith(".segment"))
                    .max(Path::compareTo)
                    .orElseThrow();
        }
    }

    private static void flipEveryByteOf(Path file, ChunkContent content) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        byte[] data = new byte[content.data().remaining()];
        content.data().get(data);
        int at = Collections.indexOfSubList(boxed(bytes), boxed(data));
        assertThat(at).isPositive();
        for (int i = at; i < at + data.length; i++) {
            bytes[i] ^= 1;
        }
        Files.write(file, bytes);
    }

    private static List<Byte> boxed(byte[] bytes) {
        List<Byte> boxed = new ArrayList<>(bytes.length);
        for (byte one : bytes) {
            boxed.add(one);
        }
        return boxed;
    }
}
