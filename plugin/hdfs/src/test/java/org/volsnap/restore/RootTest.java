/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.stream.Stream;
import org.apache.hadoop.fs.Path;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class RootTest {
    @Test
    void inPlaceAPathGoesToWhereItWas() {
        assertThat(roots(null, "/a/b", "/c")).containsExactly(root("/a/b", "/a/b"), root("/c", "/c"));
        assertThat(roots(null, "/")).containsExactly(root("/", "/"));
    }

    @Test
    void besideItKeepsItsLastComponent() {
        assertThat(roots("/back", "/a/b", "/c")).containsExactly(root("/a/b", "/back/b"), root("/c", "/back/c"));
    }

    @Test
    void whatIsBelowAnotherPathOrNamedTwiceIsDoneOnce() {
        assertThat(roots(null, "/a/b", "/a", "/a/b/c", "/ab", "/a"))
                .containsExactly(root("/a", "/a"), root("/ab", "/ab"));
        assertThat(roots(null, "/a", "/")).containsExactly(root("/", "/"));
    }

    @Test
    void twoPathsCanNotComeToTheSamePlace() {
        assertThatThrownBy(() -> roots("/back", "/a/x", "/b/x"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("two paths would come to /back/x");
    }

    @Test
    void theRootHasNoNameToGetElsewhere() {
        assertThatThrownBy(() -> roots("/back", "/"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("/ has no name");
    }

    @Test
    void whatHasAnotherNameIsRefused() {
        assertThatThrownBy(() -> roots(null, "/.reserved/raw/a"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("use its path");
    }

    @Test
    void temporaryNamesAreKnownAgainAndAreBoundedInLength() {
        Path temporary = TemporaryName.of(new Path("/a/" + "x".repeat(255)));

        assertThat(temporary.getParent()).isEqualTo(new Path("/a"));
        assertThat(temporary.getName()).hasSizeLessThan(60);
        assertThat(TemporaryName.isOne(temporary.getName())).isTrue();
        assertThat(TemporaryName.of(new Path("/a/y"))).isNotEqualTo(temporary);
        assertThat(TemporaryName.isOne(".volsnap-restore-notes")).isFalse();
        assertThat(TemporaryName.isOne("x" + temporary.getName())).isFalse();
    }

    private static List<Root> roots(@Nullable String to, String... paths) {
        return new RestoreRequest(
                        Stream.of(paths).map(Path::new).toList(), to == null ? null : new Path(to), false, false, 1)
                .roots();
    }

    private static Root root(String from, String live) {
        return new Root(new Path(from), new Path(live));
    }
}
