/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode;

import com.google.common.collect.ContiguousSet;
import com.google.common.collect.DiscreteDomain;
import com.google.common.collect.ImmutableRangeSet;
import com.google.common.collect.Range;
import com.google.common.collect.RangeSet;
import com.google.common.collect.TreeRangeSet;
import java.util.List;
import org.volsnap.protocol.proto.VolsnapProtos.IdRangeProto;

/** Sets of ids as ranges: tombstones lie close together, so that a few bytes hold thousands. */
final class IdRanges {
    private IdRanges() {}

    static boolean contain(List<IdRangeProto> ranges, long id) {
        return ranges.stream().anyMatch(range -> range.getFirst() <= id && id <= range.getLast());
    }

    /** The ranges with one id more, merged, in order. */
    static List<IdRangeProto> plus(List<IdRangeProto> ranges, long id) {
        RangeSet<Long> all = TreeRangeSet.create();
        ranges.forEach(range -> all.add(closed(range.getFirst(), range.getLast())));
        all.add(closed(id, id));
        return ImmutableRangeSet.copyOf(all).asRanges().stream()
                .map(range -> ContiguousSet.create(range, DiscreteDomain.longs()))
                .map(ids -> IdRangeProto.newBuilder()
                        .setFirst(ids.first())
                        .setLast(ids.last())
                        .build())
                .toList();
    }

    /** In the half-open form, in which neighbours touch and are merged. */
    private static Range<Long> closed(long first, long last) {
        return Range.closed(first, last).canonical(DiscreteDomain.longs());
    }
}
