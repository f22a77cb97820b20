/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.dm;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.volsnap.store.StoreException;
import org.volsnap.store.device.MemoryDevice;

/** Headers and areas that no store has written: never other exceptions without a word. */
class DmDamageTest {
    private static final long ORIGIN = 1024;
    private static final int CHUNK = 8;
    private static final int AREA = CHUNK * 512;
    private static final int EXCEPTIONS = 40;

    private static byte[] image() throws IOException {
        MemoryDevice device = new MemoryDevice(512);
        try (DmStore store = Stores.open(device, ORIGIN, CHUNK)) {
            for (long chunk = 0; chunk < EXCEPTIONS; chunk++) {
                store.commitChunk(Stores.VERSION, chunk * 3, Stores.content(CHUNK * 512, chunk))
                        .join();
            }
        }
        return device.image();
    }

    private static Stores.Replayed replay(byte[] image) throws IOException {
        return Stores.replay(MemoryDevice.holding(image, image.length / 512), ORIGIN);
    }

    static Stream<Arguments> badEntries() {
        return Stream.of(
                Arguments.of(5, 128, 7, "past the end of the origin"),
                Arguments.of(5, -1, 7, "past the end of the origin"),
                Arguments.of(5, 15, 1, "not for data"),
                Arguments.of(5, 15, 258, "not for data"),
                Arguments.of(5, 15, 64, "not for data"),
                Arguments.of(5, 15, -7, "not for data"),
                Arguments.of(5, 12, 7, "a second exception for chunk 12"),
                Arguments.of(5, 15, 6, "a second exception at chunk 6"),
                Arguments.of(50, 15, 60, "behind the end"),
                Arguments.of(40, 15, 0, "behind the end"),
                Arguments.of(5, 15, 0, "behind the end"));
    }

    @ParameterizedTest
    @MethodSource("badEntries")
    void anEntryThatNoStoreWritesIsDamageWithItsPlace(int entry, long oldChunk, long newChunk, String reason)
            throws IOException {
        byte[] image = image();
        ByteBuffer.wrap(image)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putLong(AREA + entry * 16, oldChunk)
                .putLong(AREA + entry * 16 + 8, newChunk);

        Stores.Replayed replayed = replay(image);

        assertThat(replayed.damages).singleElement().asString().contains("cow at byte " + (AREA + entry * 16), reason);
        assertThat(replayed.isLost()).isTrue();
    }

    @Test
    void aDamagedStoreTakesNothing() throws IOException {
        byte[] image = image();
        image[AREA + 8] = 1;
        MemoryDevice device = MemoryDevice.holding(image, image.length / 512);

        try (DmStore store = Stores.open(device, ORIGIN, CHUNK)) {
            assertThat(store.commitChunk(Stores.VERSION, 100, Stores.content(CHUNK * 512, 1)))
                    .isCompletedExceptionally();
        }
        assertThat(device.image()).isEqualTo(image);
    }

    @Test
    void anAreaOfJunkIsDamage() throws IOException {
        byte[] image = image();
        byte[] junk = new byte[AREA];
        Stores.content(AREA, 77).data().get(junk);
        System.arraycopy(junk, 0, image, AREA, AREA);

        Stores.Replayed replayed = replay(image);

        assertThat(replayed.damages).hasSize(1);
        assertThat(replayed.isLost()).isTrue();
    }

    @Test
    void aFullAreaWithNothingBehindItIsDamage() throws IOException {
        MemoryDevice device = new MemoryDevice(35);
        try (DmStore store = Stores.open(device, ORIGIN, 1)) {
            for (long chunk = 0; chunk < 32; chunk++) {
                store.commitChunk(Stores.VERSION, chunk, Stores.content(512, chunk))
                        .join();
            }
        }

        Stores.Replayed replayed =
                Stores.replay(MemoryDevice.holding(Arrays.copyOf(device.image(), 34 * 512), 34), ORIGIN);

        assertThat(replayed.damages).singleElement().asString().contains("past the end of the device");
        assertThat(replayed.isLost()).isTrue();
    }

    /** A flipped chunk number that is possible too can't be told from a right one: this format has no checksums. */
    @Test
    void aSingleFlippedBitOfTheMetadataNeverLosesAnExceptionSilently() throws IOException {
        byte[] image = image();
        int told = 0;
        int other = 0;
        int bits = (16 + EXCEPTIONS * 16) * 8;
        for (int bit = 0; bit < bits; bit++) {
            int at = bit < 16 * 8 ? bit / 8 : AREA + bit / 8 - 16;
            byte[] flipped = image.clone();
            flipped[at] ^= (byte) (1 << (bit % 8));
            if (isTold(flipped)) {
                told++;
            } else {
                other++;
            }
        }
        assertThat(told + other).isEqualTo(bits);
        assertThat(told).isGreaterThan(other);
    }

    private static boolean isTold(byte[] image) throws IOException {
        Stores.Replayed replayed;
        try {
            replayed = replay(image);
        } catch (StoreException e) {
            assertThat(e).hasMessageContaining("byte");
            return true;
        }
        if (!replayed.isLost()) {
            assertThat(replayed.pairs).hasSize(EXCEPTIONS);
        }
        return replayed.isLost();
    }
}
