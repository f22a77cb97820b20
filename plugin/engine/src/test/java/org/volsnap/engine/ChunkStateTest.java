/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.volsnap.engine.ChunkState.COPYING;
import static org.volsnap.engine.ChunkState.DRAINING;
import static org.volsnap.engine.ChunkState.REMAPPED;
import static org.volsnap.engine.ChunkState.UNTOUCHED;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ChunkStateTest {
    private static final Set<List<ChunkState>> LEGAL = Set.of(
            List.of(UNTOUCHED, COPYING),
            List.of(COPYING, DRAINING),
            List.of(COPYING, UNTOUCHED),
            List.of(DRAINING, REMAPPED),
            List.of(REMAPPED, UNTOUCHED));

    @Test
    void everyPairOfStatesIsEitherLegalOrThrows() {
        for (ChunkState from : ChunkState.values()) {
            for (ChunkState to : ChunkState.values()) {
                if (LEGAL.contains(List.of(from, to))) {
                    assertThatCode(() -> ChunkState.validate(from, to)).doesNotThrowAnyException();
                } else {
                    assertThatThrownBy(() -> ChunkState.validate(from, to))
                            .isInstanceOf(IllegalStateException.class)
                            .hasMessageContaining(from + " to " + to);
                }
            }
        }
    }

    @Test
    void eachStateIsOneCombinationOfTheTwoTables() {
        for (ChunkState state : ChunkState.values()) {
            assertThat(ChunkState.of(state.isPending(), state.isCompleted())).isEqualTo(state);
        }
    }
}
