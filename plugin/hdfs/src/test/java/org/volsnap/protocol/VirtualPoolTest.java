/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.protocol;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class VirtualPoolTest {
    /** The pattern of Hadoop's BlockPoolSliceStorage, which finds the root of a storage volume by it. */
    private static final String HADOOPS = "BP-\\d+-\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}\\.\\d{1,3}-\\d+";

    @Test
    void aVirtualIdHasHadoopsFormAndNoNameNodeGivesItToItsFiles() {
        String id = VirtualPool.newId(3, 1_795_423_551_776L);
        assertThat(id).matches(HADOOPS);
        assertThat(VirtualPool.isVirtual(id)).isTrue();
        assertThat(VirtualPool.isVirtual("BP-342173127-127.0.0.1-1795423551776"))
                .isFalse();
    }
}
