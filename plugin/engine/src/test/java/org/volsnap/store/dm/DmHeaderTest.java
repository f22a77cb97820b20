/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.dm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.volsnap.store.StoreCorruptException;
import org.volsnap.store.StoreException;
import org.volsnap.store.StoreVersionException;
import org.volsnap.store.device.HookedDevice;
import org.volsnap.store.device.MemoryDevice;

/** What a store is made of, whose chunk size counts, and what is refused (read_header). */
class DmHeaderTest {
    private static final long ORIGIN = 1024;

    private static MemoryDevice deviceWith(int magic, int valid, int version, int chunkSectors) throws IOException {
        ByteBuffer header = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
        header.putInt(magic).putInt(valid).putInt(version).putInt(chunkSectors);
        return MemoryDevice.holding(header.array(), 256);
    }

    @Test
    void aNewStoreIsAHeaderAndAWipedArea() throws IOException {
        MemoryDevice device = new MemoryDevice(256);
        byte[] junk = new byte[256 * 512];
        Arrays.fill(junk, 4, junk.length, (byte) 0x5a);
        device.write(0, ByteBuffer.wrap(junk));

        Stores.open(device, ORIGIN, 8).close();

        byte[] expected = junk.clone();
        Arrays.fill(expected, 0, 16 * 512, (byte) 0);
        ByteBuffer.wrap(expected)
                .order(ByteOrder.LITTLE_ENDIAN)
                .putInt(0x70416e53)
                .putInt(1)
                .putInt(1)
                .putInt(8);
        assertThat(device.image()).isEqualTo(expected);
    }

    @Test
    void noChunkSizeMeans32Sectors() throws IOException {
        try (DmStore store = Stores.open(new MemoryDevice(1024), ORIGIN, 0)) {
            assertThat(store.chunkSectors()).isEqualTo(32);
            assertThat(store.status().sectorsAllocated()).isEqualTo(64);
        }
    }

    @Test
    void theChunkSizeOfTheStoreCounts() throws IOException {
        MemoryDevice device = new MemoryDevice(1024);
        Stores.open(device, ORIGIN, 32).close();

        try (DmStore store = Stores.open(device, ORIGIN, 8)) {
            assertThat(store.chunkSectors()).isEqualTo(32);
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {3, 12, 8388608, 4194304, -8, 1L << 32})
    void aChunkSizeThatIsNotPossibleIsRefusedWhoeverAsks(long sectors) throws IOException {
        assertThatThrownBy(() -> DmStore.open(new MemoryDevice(1024), Stores.options(ORIGIN, sectors)))
                .isInstanceOf(StoreException.class)
                .hasMessage("cow: a chunk size of " + sectors
                        + " sectors is not possible: it must be a power of two, at most 4194303");
        MemoryDevice device = deviceWith(0x70416e53, 1, 1, (int) sectors);
        assertThatThrownBy(() -> DmStore.open(device, Stores.options(ORIGIN, 8)))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("cow: byte 12 of the device: a chunk size of");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 64, 128})
    void otherPowersOfTwoAreTaken(long sectors) throws IOException {
        try (DmStore store = Stores.open(new MemoryDevice(1024), ORIGIN, sectors)) {
            assertThat(store.chunkSectors()).isEqualTo((int) sectors);
        }
    }

    @Test
    void anotherMagicIsRefusedAndLeftAlone() throws IOException {
        MemoryDevice device = deviceWith(0x11223344, 1, 1, 8);
        byte[] before = device.image();

        assertThatThrownBy(() -> DmStore.open(device, Stores.options(ORIGIN, 8)))
                .isInstanceOf(StoreCorruptException.class)
                .hasMessageContaining("byte 0 of the device")
                .hasMessageContaining("0x11223344");
        assertThat(device.image()).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2, -1})
    void anotherVersionIsRefusedEvenWhenInvalid(int version) throws IOException {
        MemoryDevice device = deviceWith(0x70416e53, 0, version, 8);

        assertThatThrownBy(() -> DmStore.open(device, Stores.options(ORIGIN, 8)))
                .isInstanceOf(StoreVersionException.class)
                .hasMessageContaining(Integer.toUnsignedString(version));
    }

    @Test
    void anyValidFlagButZeroIsValid() throws IOException {
        assertThat(Stores.replay(deviceWith(0x70416e53, 7, 1, 8), ORIGIN).isLost())
                .isFalse();
        assertThat(Stores.replay(deviceWith(0x70416e53, 0, 1, 8), ORIGIN).isLost())
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(longs = {0, 8, 15})
    void aDeviceWithoutRoomForAnAreaIsRefused(long sectors) {
        assertThatThrownBy(() -> DmStore.open(new MemoryDevice(sectors), Stores.options(ORIGIN, 8)))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("device of");
    }

    @Test
    void aHeaderThatCannotBeReadIsRefused() {
        HookedDevice device = new HookedDevice(256);
        device.fail(0, 1);

        assertThatThrownBy(() -> DmStore.open(device, Stores.options(ORIGIN, 8)))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("byte 0");
    }

    @Test
    void anAreaThatCannotBeReadIsRefused() throws IOException {
        HookedDevice device = new HookedDevice(256);
        Stores.open(device, ORIGIN, 8).close();
        device.fail(8, 8);

        assertThatThrownBy(() -> Stores.replay(device, ORIGIN))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("at byte 4096 of the device failed");
    }
}
