/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode.scan;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.volsnap.protocol.proto.VolsnapDatanodeProtos.ScanDamageProto;

class DamagesTest {
    private final Damages damages = new Damages();

    private static ScanDamageProto damage(long blockId, String reason) {
        return ScanDamageProto.newBuilder()
                .setBlockId(blockId)
                .setStamp(1001)
                .setReason(reason)
                .build();
    }

    @Test
    void theSamePlaceCountsOnceWithWhatWasFoundLast() {
        assertThat(damages.summary()).isEmpty();
        damages.add(damage(1, "at 5"));
        damages.add(damage(1, "at 4"));
        assertThat(damages.summary()).contains("1 preserved piece is damaged: at 4");

        damages.add(damage(2, "gone"));
        assertThat(damages.summary()).contains("2 preserved pieces are damaged: at 4");
        assertThat(damages.toProto()).containsExactly(damage(1, "at 4"), damage(2, "gone"));

        damages.remove(damage(1, ""));
        assertThat(damages.summary()).contains("1 preserved piece is damaged: gone");
    }

    @Test
    void whatIsNotThereAnyMoreIsForgotten() {
        damages.add(damage(1, "a"));
        damages.add(damage(2, "b"));

        damages.retain(damage -> damage.getBlockId() == 2);

        assertThat(damages.toProto()).containsExactly(damage(2, "b"));
    }

    @Test
    void isBoundedAndSaysSo() {
        for (int i = 0; i < Damages.MAX + 10; i++) {
            damages.add(damage(i, "r" + i));
        }

        assertThat(damages.count()).isEqualTo(Damages.MAX);
        assertThat(damages.summary().orElseThrow()).startsWith("100 or more preserved pieces are damaged: r0");
    }
}
