/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode.diff;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Iterator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EntryFileTest {
    @TempDir
    Path dir;

    @Test
    void readsWhatWasWritten() throws IOException {
        TestTree tree = new TestTree()
                .directory(2, "/a")
                .directory(3, "/a/b")
                .file(Long.MAX_VALUE, "/a/b/long", Long.MAX_VALUE, -1)
                .open(5, "/a/c", 0, 0)
                .fileWith(6, "/é", Aspect.SNAPSHOTS, 9);

        EntryFile file = EntryFile.write(tree, dir.resolve("entries"));

        assertThat(file.count()).isEqualTo(6);
        assertThat(file.contains(3)).isTrue();
        assertThat(file.contains(4)).isFalse();
        try (EntryFile.Reader reader = file.read()) {
            for (Iterator<Entry> expected = tree.entries(); expected.hasNext(); ) {
                assertThat(reader.next()).usingRecursiveComparison().isEqualTo(expected.next());
            }
            assertThat(reader.next()).isNull();
        }
    }

    @Test
    void aNamespaceWithNothingInItHasARoot() throws IOException {
        EntryFile file = EntryFile.write(new TestTree(), dir.resolve("entries"));

        try (EntryFile.Reader reader = file.read()) {
            assertThat(requireNonNull(reader.next()).path()).isEqualTo("/");
            assertThat(reader.next()).isNull();
        }
    }
}
