/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.fs.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class OpenDirectoryTest {
    private final List<String> ended = new ArrayList<>();

    @Test
    void aDirectoryEndsAfterWhatIsInItAndTheWalkIsOver() {
        OpenDirectory outer = open(null, "/a");
        OpenDirectory inner = open(outer, "/a/b");
        inner.begin();
        outer.end();
        inner.end();
        assertThat(ended).isEmpty();

        inner.end();

        assertThat(ended).containsExactly("/a/b", "/a");
    }

    @Test
    void aTaskThatEndsBeforeTheWalkDoesNotEndIt() {
        OpenDirectory directory = open(null, "/a");
        directory.begin();
        directory.end();
        assertThat(ended).isEmpty();

        directory.end();

        assertThat(ended).containsExactly("/a");
    }

    @Test
    void nothingBeginsInADirectoryThatHasEnded() {
        OpenDirectory directory = open(null, "/a");
        directory.end();

        assertThatThrownBy(directory::begin)
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("/a");
    }

    private OpenDirectory open(@Nullable OpenDirectory parent, String path) {
        return new OpenDirectory(
                parent,
                new Path(path),
                true,
                false,
                directory -> ended.add(directory.live().toString()));
    }
}
