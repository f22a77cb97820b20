/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Test;

class OpenReplicasTest {
    private final Set<Long> openInHadoop = ConcurrentHashMap.newKeySet();
    private final OpenReplicas open = new OpenReplicas(openInHadoop::contains);

    @Test
    void aReplicaCountsFromBeforeHadoopIsCalled() {
        try (OpenReplicas.Call call = open.start(1)) {
            assertThat(open.ids()).as("not in Hadoop's map yet").containsExactly(1L);
        }
    }

    @Test
    void aStartThatHadoopRefusedIsPruned() {
        open.start(1).close();

        assertThat(open.ids()).isEmpty();
    }

    @Test
    void aWrittenReplicaStays() {
        openInHadoop.add(1L);
        open.start(1).close();

        assertThat(open.ids()).containsExactly(1L);
    }

    @Test
    void aReplicaIsOutWhenHadoopHasFinalizedIt() {
        openInHadoop.add(1L);
        open.start(1).close();
        Runnable ended = open.end(1);

        assertThat(open.ids()).as("Hadoop may still refuse").containsExactly(1L);
        ended.run();
        assertThat(open.ids()).isEmpty();
    }

    @Test
    void anAppendThatBeginsWhileTheReplicaIsFinalizedIsNotForgotten() {
        openInHadoop.add(1L);
        open.start(1).close();

        Runnable ended = open.end(1);
        open.start(1).close();
        ended.run();

        assertThat(open.ids()).containsExactly(1L);
    }

    @Test
    void theEndOfAnEarlierStartDoesNotExposeALaterOneToPruning() {
        OpenReplicas.Call earlier = open.start(1);
        OpenReplicas.Call later = open.start(1);
        earlier.close();

        assertThat(open.ids()).containsExactly(1L);
        later.close();
        assertThat(open.ids()).isEmpty();
    }

    @Test
    void whatHadoopFoundOnTheDisksCounts() {
        openInHadoop.add(7L);
        open.found(7);

        assertThat(open.ids()).containsExactly(7L);
    }

    @Test
    void theSetDoesNotGrowWithReplicasThatWereDeletedWhileOpen() {
        for (long id = 0; id < 100_000; id++) {
            open.start(id).close();
        }

        assertThat(open.size()).isLessThan(10_000);
    }
}
