/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class ExpectedDatanodesTest {
    private static final int LIMIT = 16 << 10;

    /** dfs.namenode.fs-limits.max-xattrs-per-inode */
    private static final int MOST_ATTRIBUTES = 32;

    @Test
    void listsOfAnyLengthComeBackInAttributesThatAreNotTooLarge() {
        for (int count : new int[] {0, 1, 1000, 1020, 1021, 5_000, 30_000}) {
            ExpectedDatanodes list = new ExpectedDatanodes(7, uuids(count));

            List<byte[]> attributes = list.encode(LIMIT);

            assertThat(ExpectedDatanodes.decode(attributes)).contains(list);
            assertThat(attributes)
                    .hasSizeLessThan(MOST_ATTRIBUTES)
                    .allSatisfy(attribute -> assertThat(attribute.length
                                    + ExpectedDatanodes.attribute(99).length())
                            .isLessThanOrEqualTo(LIMIT));
        }
    }

    @Test
    void namesThatAreNotJavasUuidsStayAsTheyAreSpelled() {
        List<String> names = new ArrayList<>(
                List.of("0-0-0-0-0", "DS-1234", "F81D4FAE-7DEC-11D0-A765-00A0C91E6BF6", "s".repeat(3_000)));
        names.addAll(uuids(10));
        names.add("é".repeat(4_000));
        ExpectedDatanodes list = new ExpectedDatanodes(7, names);

        List<byte[]> attributes = list.encode(LIMIT);

        assertThat(attributes)
                .hasSizeGreaterThan(1)
                .allSatisfy(attribute -> assertThat(attribute.length).isLessThan(LIMIT));
        assertThat(ExpectedDatanodes.decode(attributes).orElseThrow().uuids())
                .containsExactlyInAnyOrderElementsOf(names);
    }

    @Test
    void whatIsLeftOfAnotherRollbackDoesNotCount() {
        List<byte[]> attributes = new ArrayList<>(new ExpectedDatanodes(8, uuids(10)).encode(LIMIT));
        attributes.addAll(new ExpectedDatanodes(7, uuids(2_000)).encode(LIMIT));

        assertThat(ExpectedDatanodes.decode(attributes)).contains(new ExpectedDatanodes(8, uuids(10)));
    }

    @Test
    void aListThatIsNotWholeIsShort() {
        List<byte[]> attributes = new ArrayList<>(new ExpectedDatanodes(8, uuids(2_000)).encode(LIMIT));
        attributes.set(1, new byte[] {1, 2, 3});

        assertThat(ExpectedDatanodes.decode(attributes).orElseThrow().uuids()).hasSizeBetween(1, 1_999);
        attributes.set(0, new byte[] {1, 2, 3});
        assertThat(ExpectedDatanodes.decode(attributes)).isEmpty();
        assertThat(ExpectedDatanodes.decode(List.of())).isEmpty();
    }

    @Test
    void attributesAreReadUntilOneIsNotThere() throws Exception {
        Map<String, byte[]> root = new HashMap<>();
        root.put(ExpectedDatanodes.attribute(0), new byte[] {0});
        root.put(ExpectedDatanodes.attribute(1), new byte[] {1});
        root.put(ExpectedDatanodes.attribute(3), new byte[] {3});

        assertThat(ExpectedDatanodes.read(root::get)).containsExactly(new byte[] {0}, new byte[] {1});
    }

    private static List<String> uuids(int count) {
        Random random = new Random(1);
        List<String> uuids = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            uuids.add(new UUID(random.nextLong(), random.nextLong()).toString());
        }
        return uuids;
    }
}
