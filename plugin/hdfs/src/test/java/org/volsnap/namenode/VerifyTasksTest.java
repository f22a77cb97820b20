/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.groups.Tuple.tuple;

import com.google.common.base.Ticker;
import java.time.Duration;
import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.volsnap.protocol.RefusedException;
import org.volsnap.protocol.proto.VolsnapProtos.BlockRefProto;
import org.volsnap.protocol.proto.VolsnapProtos.BlockResultProto;
import org.volsnap.protocol.proto.VolsnapProtos.BlockVerdictProto;
import org.volsnap.protocol.proto.VolsnapProtos.VerifyResultProto;
import org.volsnap.protocol.proto.VolsnapProtos.VerifyStatusResponseProto;
import org.volsnap.protocol.proto.VolsnapProtos.VerifyTaskProto;

class VerifyTasksTest {
    private final AtomicLong nanos = new AtomicLong();
    private final VerifyTasks tasks = new VerifyTasks(
            new Ticker() {
                @Override
                public long read() {
                    return nanos.get();
                }
            },
            100);

    @Test
    void verdictsComeWhenAllHaveAnswered() throws RefusedException {
        long id = tasks.start(1, List.of(block(7), block(8)), Set.of("a", "b"));

        assertThat(tasks.handOut("a")).singleElement().returns(id, VerifyTaskProto::getTaskId);
        assertThat(tasks.handOut("a")).isEmpty();
        assertThat(tasks.handOut("c")).isEmpty();
        tasks.answer("a", List.of(answer(id, 7, 0, 8, 2)));
        assertThat(tasks.status(id, gone -> false).getDone()).isFalse();
        tasks.answer("b", List.of(answer(id, 7, 0, 8, 1)));

        VerifyStatusResponseProto done = tasks.status(id, gone -> false);
        assertThat(done.getDone()).isTrue();
        assertThat(done.getVerdictsList())
                .extracting(BlockVerdictProto::getBlockId, BlockVerdictProto::getGood, BlockVerdictProto::getBad)
                .containsExactly(tuple(7L, 2, 0), tuple(8L, 0, 1));
        assertThatThrownBy(() -> tasks.status(id, gone -> false)).isInstanceOf(RefusedException.class);
    }

    @Test
    void nobodyIsAskedForWhatIsKnownToBeThere() throws RefusedException {
        BitSet present = new BitSet();
        present.set(0);
        long id = tasks.startPresence(1, List.of(block(7), block(8)), present, Set.of("a"));

        VerifyTaskProto task = tasks.handOut("a").get(0);
        assertThat(task.getPresenceOnly()).isTrue();
        assertThat(task.getBlocksList()).containsExactly(block(8));
        tasks.answer("a", List.of(VerifyResultProto.newBuilder().setTaskId(id).build()));

        assertThat(tasks.status(id, gone -> false).getVerdictsList())
                .extracting(BlockVerdictProto::getBlockId, BlockVerdictProto::getGood)
                .containsExactly(tuple(7L, 1), tuple(8L, 0));
    }

    @Test
    void nobodyIsAskedWhereAllIsKnownToBeThere() throws RefusedException {
        BitSet present = new BitSet();
        present.set(0);
        long id = tasks.startPresence(1, List.of(block(7)), present, Set.of("a"));

        assertThat(tasks.handOut("a")).isEmpty();
        assertThat(tasks.status(id, gone -> false).getDone()).isTrue();
    }

    @Test
    void aSecondAnswerDoesNotCount() throws RefusedException {
        long id = tasks.start(1, List.of(block(7)), Set.of("a"));
        tasks.answer("a", List.of(answer(id, 7, 0, 8, 0)));
        tasks.answer("a", List.of(answer(id, 7, 0, 8, 0)));

        assertThat(tasks.status(id, gone -> false).getVerdicts(0).getGood()).isEqualTo(1);
    }

    @Test
    void aDataNodeThatIsGoneIsNotWaitedFor() throws RefusedException {
        long id = tasks.start(1, List.of(block(7)), Set.of("a"));

        VerifyStatusResponseProto done = tasks.status(id, "a"::equals);

        assertThat(done.getDone()).isTrue();
        assertThat(done.getVerdicts(0).getGood()).isZero();
        assertThat(done.getAnswered()).isZero();
    }

    @Test
    void aRestartedDataNodeIsHandedTheTaskAgain() throws RefusedException {
        long id = tasks.start(1, List.of(block(7)), Set.of("a"));
        tasks.handOut("a");

        nanos.addAndGet(VerifyTasks.HAND_OUT_AGAIN.toNanos() + 1);

        assertThat(tasks.handOut("a")).singleElement().returns(id, VerifyTaskProto::getTaskId);
    }

    @Test
    void memoryIsBounded() throws RefusedException {
        List<BlockRefProto> tooMany = Collections.nCopies(VerifyTasks.MAX_BLOCKS + 1, block(1));
        assertThatThrownBy(() -> tasks.start(1, tooMany, Set.of())).isInstanceOf(RefusedException.class);
        for (int i = 0; i < VerifyTasks.MAX_TASKS; i++) {
            tasks.start(1, List.of(block(1)), Set.of("a"));
        }
        assertThatThrownBy(() -> tasks.start(1, List.of(block(1)), Set.of("a"))).isInstanceOf(RefusedException.class);

        nanos.addAndGet(VerifyTasks.EXPIRY.plus(Duration.ofSeconds(1)).toNanos());
        tasks.expire();

        assertThat(tasks.start(1, List.of(block(1)), Set.of("a"))).isGreaterThan(100);
    }

    private static BlockRefProto block(long id) {
        return BlockRefProto.newBuilder()
                .setBlockId(id)
                .setStamp(1)
                .setLength(1)
                .build();
    }

    private static VerifyResultProto answer(long task, long first, int result, long second, int otherResult) {
        return VerifyResultProto.newBuilder()
                .setTaskId(task)
                .addBlocks(result(first, result))
                .addBlocks(result(second, otherResult))
                .build();
    }

    private static BlockResultProto result(long block, int result) {
        return BlockResultProto.newBuilder()
                .setBlockId(block)
                .setStamp(1)
                .setResult(result)
                .setReason("why")
                .build();
    }
}
