/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.volsnap.protocol.proto.VolsnapProtos.IdRangeProto;

class IdRangesTest {
    @Test
    void neighboursAreMerged() {
        List<IdRangeProto> ranges = IdRanges.plus(IdRanges.plus(IdRanges.plus(List.of(), 1), 3), 2);

        assertThat(ranges).containsExactly(range(1, 3));
    }

    @Test
    void gapsStay() {
        List<IdRangeProto> ranges = IdRanges.plus(IdRanges.plus(List.of(), 7), 3);

        assertThat(ranges).containsExactly(range(3, 3), range(7, 7));
        assertThat(IdRanges.contain(ranges, 3)).isTrue();
        assertThat(IdRanges.contain(ranges, 5)).isFalse();
        assertThat(IdRanges.contain(ranges, 8)).isFalse();
    }

    @Test
    void anyOrderOfIdsEndsAsOneRange() {
        List<Long> ids = new ArrayList<>(LongStream.rangeClosed(1, 200).boxed().toList());
        Collections.shuffle(ids, new Random(11));
        List<IdRangeProto> ranges = List.of();
        for (long id : ids) {
            ranges = IdRanges.plus(ranges, id);
            assertThat(IdRanges.contain(ranges, id)).isTrue();
        }

        assertThat(ranges).containsExactly(range(1, 200));
    }

    private static IdRangeProto range(long first, long last) {
        return IdRangeProto.newBuilder().setFirst(first).setLast(last).build();
    }
}
