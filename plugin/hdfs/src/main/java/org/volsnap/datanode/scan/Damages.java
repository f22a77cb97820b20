/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode.scan;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.volsnap.protocol.proto.VolsnapDatanodeProtos.ScanDamageProto;

/** What a storage volume's scan has found and is still there; bounded. Safe for many threads. */
final class Damages {
    static final int MAX = 100;

    @GuardedBy("this")
    private final Map<ScanDamageProto, String> reasons = new LinkedHashMap<>();

    /** More were found than there is room for. */
    @GuardedBy("this")
    private boolean more;

    synchronized void load(List<ScanDamageProto> found) {
        found.forEach(this::add);
    }

    /** False when it was known before. */
    synchronized boolean add(ScanDamageProto damage) {
        ScanDamageProto place = place(damage);
        if (reasons.size() < MAX || reasons.containsKey(place)) {
            return reasons.put(place, damage.getReason()) == null;
        }
        more = true;
        return true;
    }

    /** Forgets it; nothing when it is not known. */
    synchronized void remove(ScanDamageProto damage) {
        reasons.remove(place(damage));
    }

    /** Without the reason: that may be another one each time. */
    private static ScanDamageProto place(ScanDamageProto damage) {
        return damage.toBuilder().setReason("").build();
    }

    /** Forgets what is not there any more. Not held while that is looked for. */
    void retain(Predicate<ScanDamageProto> isThere) {
        for (ScanDamageProto damage : toProto()) {
            if (!isThere.test(damage)) {
                remove(damage);
            }
        }
    }

    synchronized List<ScanDamageProto> toProto() {
        return reasons.entrySet().stream()
                .map(each ->
                        each.getKey().toBuilder().setReason(each.getValue()).build())
                .toList();
    }

    synchronized int count() {
        return reasons.size();
    }

    /** In words, for the operator; the reason of the first names block, file and offset. */
    synchronized Optional<String> summary() {
        return reasons.values().stream()
                .findFirst()
                .map(first -> reasons.size() + (more ? " or more" : "") + " preserved "
                        + (reasons.size() == 1 ? "piece is" : "pieces are") + " damaged: " + first);
    }
}
