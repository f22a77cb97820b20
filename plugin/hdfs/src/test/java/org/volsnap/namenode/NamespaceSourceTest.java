/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.groups.Tuple.tuple;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.volsnap.namenode.NamespaceSource.Segment;

class NamespaceSourceTest {
    @TempDir
    Path dir;

    @Test
    void theNewestImageNotAfterTAndTheSegmentsUpToTAreFound() throws IOException {
        files("fsimage_10", "fsimage_10.md5", "fsimage_20", "fsimage_20.md5", "fsimage_40", "fsimage_40.md5");
        files("edits_11-20", "edits_21-25", "edits_26-30", "edits_31-40", "edits_inprogress_41", "VERSION");

        NamespaceSource source = NamespaceSource.find(List.of(dir), 30);

        assertThat(source.imageTxid()).isEqualTo(20);
        assertThat(source.edits())
                .extracting(Segment::first, Segment::last)
                .containsExactly(tuple(21L, 25L), tuple(26L, 30L));
        assertThat(source.version()).isEqualTo(dir.resolve("VERSION"));
    }

    @Test
    void anImageWithoutDigestDoesNotCount() throws IOException {
        files("fsimage_10", "fsimage_10.md5", "fsimage_20", "edits_11-20");

        assertThat(NamespaceSource.find(List.of(dir), 20).imageTxid()).isEqualTo(10);
    }

    @Test
    void aGapIsNamed() throws IOException {
        files("fsimage_10", "fsimage_10.md5", "edits_11-14", "edits_16-20");

        assertThatThrownBy(() -> NamespaceSource.find(List.of(dir), 20))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("transaction 15");
    }

    @Test
    void anImageInTheMiddleOfASegmentIsEnough() throws IOException {
        files("fsimage_15", "fsimage_15.md5", "edits_11-20");

        assertThat(NamespaceSource.find(List.of(dir), 20).edits()).hasSize(1);
    }

    @Test
    void withoutAnImageThereIsNoNamespace() throws IOException {
        files("edits_11-20");

        assertThatThrownBy(() -> NamespaceSource.find(List.of(dir), 20)).hasMessageContaining("no image");
    }

    private void files(String... names) throws IOException {
        for (String name : names) {
            Files.createFile(dir.resolve(name));
        }
    }
}
