/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ExceptionTableTest {
    private final ExceptionTable table = new ExceptionTable();

    @Test
    void theFirstCopyWins() {
        assertThat(table.put(5, 1, 100)).isTrue();
        assertThat(table.put(5, 1, 200)).isFalse();
        assertThat(table.ceiling(5, 1)).isEqualTo(new ExceptionTable.Hit(1, 100));
    }

    @Test
    void theCeilingIsTheNextVersionThatHoldsTheChunk() {
        table.put(5, 2, 100);
        table.put(5, 7, 200);
        table.put(6, 0, 300);
        assertThat(table.ceiling(5, 0)).isEqualTo(new ExceptionTable.Hit(2, 100));
        assertThat(table.ceiling(5, 3)).isEqualTo(new ExceptionTable.Hit(7, 200));
        assertThat(table.ceiling(5, 8)).isNull();
        assertThat(table.ceiling(4, 0)).isNull();
    }

    @Test
    void evenlySpacedChunksAreOneEntry() {
        for (int chunk = 0; chunk < 1000; chunk++) {
            table.put(chunk, 0, 4096 + 70L * chunk);
        }
        assertThat(table.entryCount()).isEqualTo(1);
        assertThat(table.size()).isEqualTo(1000);
        assertThat(table.ceiling(999, 0)).isEqualTo(new ExceptionTable.Hit(0, 4096 + 70L * 999));
    }

    @Test
    void aRunGrowsAtBothEndsAndIsSplitByWhatComesBetween() {
        table.put(11, 3, 110);
        table.put(10, 3, 100);
        table.put(12, 3, 120);
        assertThat(table.entryCount()).isEqualTo(1);
        table.put(11, 1, 5);
        assertThat(table.entryCount()).isEqualTo(3);
        assertThat(table.ceiling(11, 0)).isEqualTo(new ExceptionTable.Hit(1, 5));
        assertThat(table.ceiling(11, 2)).isEqualTo(new ExceptionTable.Hit(3, 110));
        assertThat(table.ceiling(12, 0)).isEqualTo(new ExceptionTable.Hit(3, 120));
    }

    @Test
    void chunksThatLieFarApartAreFoundAndRemoved() {
        long[] chunks = {1L << 39, 5, 0, (1L << 39) + 1, 1L << 33, (1L << 33) - 1, ExceptionLeaf.MAX_CHUNK, 1L << 31, 6
        };
        for (int i = 0; i < chunks.length; i++) {
            assertThat(table.put(chunks[i], i % 3, 100 + i)).isTrue();
        }
        for (int i = 0; i < chunks.length; i++) {
            assertThat(table.ceiling(chunks[i], 0)).isEqualTo(new ExceptionTable.Hit(i % 3, 100 + i));
            assertThat(table.highestRank(chunks[i])).isEqualTo(i % 3);
            assertThat(table.highestRank(chunks[i] ^ 64)).isEqualTo(-1);
        }
        for (long chunk : chunks) {
            int rank = table.highestRank(chunk);
            assertThat(table.remove(chunk, rank)).isTrue();
            assertThat(table.ceiling(chunk, 0)).isNull();
        }
        assertThat(table.size()).isZero();
        assertThat(table.entryCount()).isZero();
    }

    @Test
    void chunksAndRanksOutOfBoundsAreRefused() {
        assertThatThrownBy(() -> table.put(-1, 0, 0)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> table.put(0, ExceptionLeaf.MAX_RANK + 1, 0))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7, 8})
    void randomPutsAndRemovesAgreeWithATreeMap(int seed) {
        Random random = new Random(seed);
        NavigableMap<Long, Long> model = new TreeMap<>();
        int chunks = seed % 2 == 0 ? 60 : 3000;
        for (int step = 0; step < 6000; step++) {
            long chunk = random.nextInt(chunks);
            int rank = random.nextInt(4);
            long key = chunk << 8 | rank;
            if (random.nextInt(4) == 0) {
                assertThat(table.remove(chunk, rank)).isEqualTo(model.remove(key) != null);
            } else {
                long location = random.nextBoolean() ? 10 * chunk : random.nextInt(1000);
                assertThat(table.put(chunk, rank, location)).isEqualTo(model.putIfAbsent(key, location) == null);
            }
            compareCeiling(model, random.nextInt(chunks), random.nextInt(4));
        }
        List<Long> keys = new ArrayList<>();
        table.forEach((chunk, rank, location) -> keys.add(chunk << 8 | rank));
        assertThat(keys).containsExactlyElementsOf(model.keySet());
        assertThat(table.size()).isEqualTo(model.size());
    }

    private void compareCeiling(NavigableMap<Long, Long> model, long chunk, int rank) {
        Map.Entry<Long, Long> expected = model.ceilingEntry(chunk << 8 | rank);
        ExceptionTable.Hit hit = table.ceiling(chunk, rank);
        if (expected == null || expected.getKey() >> 8 != chunk) {
            assertThat(hit).isNull();
        } else {
            assertThat(hit).isEqualTo(new ExceptionTable.Hit((int) (expected.getKey() & 255), expected.getValue()));
        }
    }
}
