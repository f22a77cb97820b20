/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.dm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.volsnap.model.ChunkContent;
import org.volsnap.store.device.MemoryDevice;

/** Images that Linux wrote, with what a reader of the format found in them. */
class KernelImageTest {
    private static final Pattern PAIR = Pattern.compile("\\[(\\d+),(\\d+)]");
    private static final long ORIGIN_SECTORS = 1 << 20;
    private static final long DEVICE_SECTORS = 1 << 14;

    static List<Path> images() throws IOException, URISyntaxException {
        Path vectors = Path.of(Objects.requireNonNull(KernelImageTest.class.getResource("/vectors"))
                .toURI());
        try (Stream<Path> files = Files.walk(vectors)) {
            return files.filter(file -> file.toString().endsWith(".img.gz"))
                    .sorted()
                    .toList();
        }
    }

    @Test
    void thereAreImages() throws Exception {
        assertThat(images()).hasSizeGreaterThan(20);
    }

    private static byte[] image(Path file) {
        try (InputStream in = new GZIPInputStream(Files.newInputStream(file))) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String found(Path image) throws IOException {
        return Files.readString(
                image.resolveSibling(image.getFileName().toString().replace(".img.gz", ".json")));
    }

    private static List<Stores.Pair> pairs(String found) {
        List<Stores.Pair> pairs = new ArrayList<>();
        Matcher matcher = PAIR.matcher(found);
        while (matcher.find()) {
            pairs.add(new Stores.Pair(Long.parseLong(matcher.group(1)), Long.parseLong(matcher.group(2))));
        }
        return pairs;
    }

    private static int chunkSectors(String found) {
        Matcher matcher = Pattern.compile("\"chunk_size_sectors\":(\\d+)").matcher(found);
        assertThat(matcher.find()).isTrue();
        return Integer.parseInt(matcher.group(1));
    }

    private static boolean isValid(String found) {
        return found.contains("\"valid\":1");
    }

    @ParameterizedTest
    @MethodSource("images")
    void anImageOfLinuxReplaysItsExceptions(Path image) throws IOException {
        String found = found(image);

        Stores.Replayed replayed = Stores.replay(MemoryDevice.holding(image(image), DEVICE_SECTORS), ORIGIN_SECTORS);

        assertThat(replayed.damages).isEmpty();
        assertThat(replayed.isLost()).isEqualTo(!isValid(found));
        assertThat(replayed.pairs).isEqualTo(isValid(found) ? pairs(found) : List.of());
    }

    @ParameterizedTest
    @MethodSource("images")
    void openingAnImageWritesNothing(Path image) throws IOException {
        MemoryDevice device = MemoryDevice.holding(image(image), DEVICE_SECTORS);
        byte[] before = device.image();

        Stores.replay(device, ORIGIN_SECTORS);

        assertThat(device.image()).isEqualTo(before);
    }

    @ParameterizedTest
    @MethodSource("images")
    void theSameExceptionsMakeTheSameImage(Path image) throws IOException {
        byte[] written = image(image);
        String found = found(image);
        List<Stores.Pair> pairs = pairs(found);
        MemoryDevice device = new MemoryDevice(DEVICE_SECTORS);
        int chunkBytes = chunkSectors(found) * 512;

        try (DmStore store = Stores.open(device, ORIGIN_SECTORS, chunkSectors(found))) {
            for (Stores.Pair pair : pairs) {
                ByteBuffer data = ByteBuffer.wrap(written, (int) pair.newChunk() * chunkBytes, chunkBytes);
                assertThat(store.commitChunk(Stores.VERSION, pair.oldChunk(), ChunkContent.plain(data))
                                .join()
                                .value())
                        .isEqualTo(pair.newChunk());
            }
            if (!isValid(found)) {
                store.commitLoss(Stores.version(ORIGIN_SECTORS), "as the kernel did");
            }
        }

        byte[] made = Arrays.copyOf(device.image(), written.length);
        eraseUncommitted(made, written, pairs, chunkBytes);
        assertThat(made).isEqualTo(written);
    }

    /** An image can hold data of chunks that no exception names: copies that were cut, exceptions that were merged. */
    private static void eraseUncommitted(byte[] made, byte[] written, List<Stores.Pair> pairs, int chunkBytes) {
        int perArea = chunkBytes / 16;
        List<Long> used = pairs.stream().map(Stores.Pair::newChunk).toList();
        for (int chunk = 2; chunk < written.length / chunkBytes; chunk++) {
            if (DmFormat.isData(chunk, perArea) && !used.contains((long) chunk)) {
                System.arraycopy(written, chunk * chunkBytes, made, chunk * chunkBytes, chunkBytes);
            }
        }
    }
}
