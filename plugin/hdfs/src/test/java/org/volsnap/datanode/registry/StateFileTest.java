/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode.registry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.volsnap.protocol.proto.VolsnapDatanodeProtos.FollowerStateProto;
import org.volsnap.store.StoreCorruptException;
import org.volsnap.store.StoreVersionException;

class StateFileTest {
    private static final FollowerStateProto STATE =
            FollowerStateProto.newBuilder().setAppliedEpoch(7).build();

    @TempDir
    Path root;

    private Path directory;
    private Path file;

    @BeforeEach
    void write() throws IOException {
        directory = root.resolve("volsnap").resolve("pool");
        file = directory.resolve(StateFile.NAME);
        StateFile.write(directory, STATE);
    }

    @Test
    void whatWasWrittenIsRead() throws IOException {
        assertThat(StateFile.read(directory)).contains(STATE);
    }

    @Test
    void theLastOneWrittenCountsAndNothingElseStays() throws IOException {
        FollowerStateProto next = STATE.toBuilder().setAppliedEpoch(8).build();
        StateFile.write(directory, next);
        assertThat(StateFile.read(directory)).contains(next);
        assertThat(directory).isDirectoryNotContaining("glob:**.tmp");
    }

    @Test
    void noFileIsNoState() throws IOException {
        Files.delete(file);
        assertThat(StateFile.read(directory)).isEmpty();
        assertThat(StateFile.read(root.resolve("elsewhere"))).isEmpty();
    }

    @Test
    void aHalfWrittenFileBesideItIsPassedOver() throws IOException {
        Files.write(directory.resolve(StateFile.NAME + ".tmp"), new byte[] {1, 2, 3});
        assertThat(StateFile.read(directory)).contains(STATE);
    }

    @Test
    void anEmptyFileAndJunkAreCorrupt() throws IOException {
        for (byte[] junk : new byte[][] {{}, {1, 2, 3}, new byte[100]}) {
            Files.write(file, junk);
            assertThatThrownBy(() -> StateFile.read(directory))
                    .isInstanceOf(StoreCorruptException.class)
                    .hasMessageContaining(file.toString());
        }
    }

    @Test
    void everyTornLengthIsCorrupt() throws IOException {
        byte[] whole = Files.readAllBytes(file);
        for (int length = 0; length < whole.length; length++) {
            Files.write(file, Arrays.copyOf(whole, length));
            assertThatThrownBy(() -> StateFile.read(directory))
                    .as("%s of %s bytes", length, whole.length)
                    .isInstanceOf(StoreCorruptException.class);
        }
    }

    @Test
    void everyFlippedBitOfLengthChecksumAndMessageIsCorrupt() throws IOException {
        byte[] whole = Files.readAllBytes(file);
        for (int i = 8; i < whole.length; i++) {
            byte[] flipped = whole.clone();
            flipped[i] ^= 1;
            Files.write(file, flipped);
            assertThatThrownBy(() -> StateFile.read(directory)).isInstanceOf(StoreCorruptException.class);
        }
    }

    @Test
    void junkAfterItIsCorrupt() throws IOException {
        byte[] whole = Files.readAllBytes(file);
        Files.write(file, Arrays.copyOf(whole, whole.length + 1));
        assertThatThrownBy(() -> StateFile.read(directory)).isInstanceOf(StoreCorruptException.class);
    }

    @Test
    void aNewerFormatIsNamed() throws IOException {
        ByteBuffer whole = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
        whole.putInt(4, StateFile.FORMAT_VERSION + 1);
        Files.write(file, whole.array());
        assertThatThrownBy(() -> StateFile.read(directory))
                .isInstanceOf(StoreVersionException.class)
                .hasMessageContaining("version 2");
    }
}
