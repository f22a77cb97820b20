/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode.diff;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FileVersionsTest {
    private final TestTree tree = new TestTree()
            .directory(2, "/a")
            .file(3, "/a/f", 10, 7)
            .file(4, "/a/g", 20, 8)
            .file(5, "/empty", 0, 0);

    @Test
    void allFilesAreThereAtFirst() {
        FileVersions versions = FileVersions.of(tree);

        assertThat(versions.files()).isEqualTo(3);
        assertThat(versions.bytes()).isEqualTo(30);
    }

    @Test
    void whatIsElsewhereUnderAnyPathIsCrossedOutOnce() {
        FileVersions versions = FileVersions.of(tree);
        TestTree other = new TestTree().file(3, "/moved", 10, 7).file(9, "/another", 20, 8);

        versions.crossOut(other);
        versions.crossOut(other);

        assertThat(versions.files()).isEqualTo(2);
        assertThat(versions.bytes()).isEqualTo(20);
    }

    @Test
    void whatHasOtherContentElsewhereIsNot() {
        FileVersions versions = FileVersions.of(tree);

        versions.crossOut(
                new TestTree().directory(2, "/a").file(3, "/a/f", 10, 6).file(4, "/a/g", 21, 8));

        assertThat(versions.files()).isEqualTo(3);
    }
}
