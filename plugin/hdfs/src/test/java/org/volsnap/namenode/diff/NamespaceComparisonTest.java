/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode.diff;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.volsnap.namenode.diff.DiffSummary.Difference;
import org.volsnap.namenode.diff.DiffSummary.Kind;
import org.volsnap.namenode.diff.DiffSummary.Tally;

class NamespaceComparisonTest {
    @TempDir
    Path dir;

    private final TestTree then = new TestTree();
    private final TestTree now = new TestTree();

    @Test
    void whatIsTheSameIsNotTold() throws IOException {
        then.directory(2, "/a").file(3, "/a/f", 10, 7);
        now.directory(2, "/a").file(3, "/a/f", 10, 7);

        assertOnly(compare());
    }

    @Test
    void whatWasDeletedComesBackWithItsDirectory() throws IOException {
        then.directory(2, "/a").file(3, "/a/f", 10, 7).file(4, "/a/g", 5, 8);

        DiffSummary summary = compare();

        assertOnly(summary, Kind.COMES_BACK);
        Tally back = summary.of(Kind.COMES_BACK);
        assertThat(back.files()).isEqualTo(2);
        assertThat(back.directories()).isEqualTo(1);
        assertThat(back.bytesThen()).isEqualTo(15);
        assertThat(paths(back)).containsExactly("/a", "/a/f", "/a/g");
    }

    @Test
    void whatWasCreatedVanishes() throws IOException {
        now.directory(2, "/a").file(3, "/a/f", 10, 7);

        DiffSummary summary = compare();

        assertOnly(summary, Kind.VANISHES);
        assertThat(summary.of(Kind.VANISHES).bytesNow()).isEqualTo(10);
        assertThat(paths(summary.of(Kind.VANISHES))).containsExactly("/a", "/a/f");
    }

    @Test
    void aFileWithOtherBlocksChanges() throws IOException {
        then.file(3, "/f", 10, 7);
        now.file(3, "/f", 12, 8);

        DiffSummary summary = compare();

        assertOnly(summary, Kind.CHANGES);
        Tally changes = summary.of(Kind.CHANGES);
        assertThat(changes.bytesThen()).isEqualTo(10);
        assertThat(changes.bytesNow()).isEqualTo(12);
        assertThat(changes.first().get(0).aspects()).containsExactly(Aspect.CONTENT);
    }

    @ParameterizedTest
    @EnumSource(
            value = Aspect.class,
            names = {"CONTENT", "OPEN"},
            mode = EnumSource.Mode.EXCLUDE)
    void whatIsNotOfTheBytesIsCountedApart(Aspect aspect) throws IOException {
        then.fileWith(3, "/f", aspect, 1);
        now.fileWith(3, "/f", aspect, 2);

        DiffSummary summary = compare();

        assertOnly(summary, Kind.CHANGES_ATTRIBUTES);
        assertThat(summary.of(Kind.CHANGES_ATTRIBUTES).first().get(0).aspects()).containsExactly(aspect);
        assertThat(summary.otherPermissions()).isEqualTo(aspect == Aspect.PERMISSIONS ? 1 : 0);
    }

    @Test
    void aFileThatWasReplacedUnderItsPathChanges() throws IOException {
        then.file(3, "/f", 10, 7);
        now.file(4, "/f", 3, 8);

        assertOnly(compare(), Kind.CHANGES);
    }

    @Test
    void aDirectoryThatWasMadeAnewIsTheSameOne() throws IOException {
        then.directory(2, "/a").file(3, "/a/f", 10, 7);
        now.directory(5, "/a").file(6, "/a/g", 10, 8);

        DiffSummary summary = compare();

        assertOnly(summary, Kind.COMES_BACK, Kind.VANISHES);
        assertThat(paths(summary.of(Kind.COMES_BACK))).containsExactly("/a/f");
        assertThat(paths(summary.of(Kind.VANISHES))).containsExactly("/a/g");
    }

    @Test
    void aFileInPlaceOfADirectoryVanishesForIt() throws IOException {
        then.directory(2, "/a").file(3, "/a/f", 10, 7);
        now.file(5, "/a", 1, 8);

        DiffSummary summary = compare();

        assertOnly(summary, Kind.COMES_BACK, Kind.VANISHES);
        assertThat(paths(summary.of(Kind.COMES_BACK))).containsExactly("/a", "/a/f");
        assertThat(paths(summary.of(Kind.VANISHES))).containsExactly("/a");
    }

    @Test
    void aDirectoryThatWasRenamedMovesAloneAndWhatIsInItWithIt() throws IOException {
        then.directory(2, "/a").directory(3, "/a/b").file(4, "/a/b/f", 10, 7).file(5, "/a/b/g", 10, 7);
        now.directory(2, "/z").directory(3, "/z/b").file(4, "/z/b/f", 10, 7).file(5, "/z/b/g", 11, 8);

        DiffSummary summary = compare();

        assertOnly(summary, Kind.MOVES, Kind.CHANGES);
        assertThat(summary.of(Kind.MOVES).directories()).isEqualTo(1);
        assertThat(paths(summary.of(Kind.MOVES))).containsExactly("/a");
        assertThat(paths(summary.of(Kind.CHANGES))).containsExactly("/a/b/g");
    }

    @Test
    void aFileThatWasMovedAndAppendedToMovesAndChanges() throws IOException {
        then.directory(2, "/a").file(3, "/a/f", 10, 7);
        now.directory(2, "/a").directory(9, "/b").file(3, "/b/f", 20, 8);

        DiffSummary summary = compare();

        assertOnly(summary, Kind.MOVES, Kind.CHANGES, Kind.VANISHES);
        assertThat(paths(summary.of(Kind.VANISHES))).containsExactly("/b");
    }

    @Test
    void twoFilesThatChangedPlacesMove() throws IOException {
        then.file(3, "/f", 10, 7).file(4, "/g", 20, 8);
        now.file(4, "/f", 20, 8).file(3, "/g", 10, 7);

        DiffSummary summary = compare();

        assertOnly(summary, Kind.MOVES);
        assertThat(summary.of(Kind.MOVES).files()).isEqualTo(2);
    }

    @Test
    void aFileThatWasRenamedOverAnotherMovesAndTheOtherComesBack() throws IOException {
        then.file(3, "/f", 10, 7).file(4, "/g", 20, 8);
        now.file(3, "/g", 10, 7);

        DiffSummary summary = compare();

        assertOnly(summary, Kind.MOVES, Kind.COMES_BACK);
        assertThat(paths(summary.of(Kind.MOVES))).containsExactly("/f");
        assertThat(paths(summary.of(Kind.COMES_BACK))).containsExactly("/g");
    }

    @Test
    void aNewFileUnderThePathOfAMovedOneVanishes() throws IOException {
        then.file(3, "/f", 10, 7);
        now.file(4, "/f", 1, 9).file(3, "/g", 10, 7);

        DiffSummary summary = compare();

        assertOnly(summary, Kind.MOVES, Kind.VANISHES);
        assertThat(paths(summary.of(Kind.VANISHES))).containsExactly("/f");
    }

    @Test
    void openFilesAreToldOnBothSides() throws IOException {
        then.open(3, "/both", 10, 7).open(4, "/closed", 10, 7).open(5, "/deleted", 10, 7);
        now.open(3, "/both", 10, 7).file(4, "/closed", 10, 7).open(6, "/later", 0, 0);

        DiffSummary summary = compare();

        assertOnly(summary, Kind.CHANGES, Kind.COMES_BACK, Kind.VANISHES, Kind.OPEN_THEN, Kind.OPEN_NOW);
        assertThat(paths(summary.of(Kind.OPEN_THEN))).containsExactly("/both", "/closed", "/deleted");
        assertThat(paths(summary.of(Kind.OPEN_NOW))).containsExactly("/both", "/later");
        assertThat(paths(summary.of(Kind.CHANGES))).containsExactly("/both", "/closed");
    }

    @Test
    void namesAreWalkedInHdfssOrderAndADirectoryBeforeWhatIsInIt() throws IOException {
        List<String> names = List.of("a", "a!", "a-", "a.b", "aa", "b", "é", "Ω", "\uD83D\uDE00", "z");
        long id = 10;
        for (String name : names) {
            then.directory(id, "/" + name).file(id + 100, "/" + name + "/f", 1, 7);
            now.directory(id, "/" + name).file(id + 100, "/" + name + "/f", 1, 7);
            id++;
        }

        assertOnly(compare());
        assertThat(PathOrder.INSTANCE.compare("/a/f", "/a!")).isNegative();
        assertThat(PathOrder.INSTANCE.compare("/a", "/a/f")).isNegative();
        assertThat(PathOrder.INSTANCE.compare("/a!", "/a/f")).isPositive();
    }

    @Test
    void onlyTheFirstAreKeptAndAllAreCounted() throws IOException {
        for (int i = 0; i < 20; i++) {
            then.file(100 + i, "/f" + (10 + i), 1, 7);
        }
        DiffSummary summary = new DiffSummary(3);

        NamespaceComparison.compare(EntryFile.write(then, dir.resolve("then")), now, summary);

        assertThat(summary.of(Kind.COMES_BACK).count()).isEqualTo(20);
        assertThat(paths(summary.of(Kind.COMES_BACK))).containsExactly("/f10", "/f11", "/f12");
    }

    private DiffSummary compare() throws IOException {
        DiffSummary summary = new DiffSummary(100);
        NamespaceComparison.compare(EntryFile.write(then, dir.resolve("then")), now, summary);
        return summary;
    }

    private static List<String> paths(Tally tally) {
        return tally.first().stream().map(NamespaceComparisonTest::path).toList();
    }

    private static String path(Difference difference) {
        return requireNonNull(difference.then() == null ? difference.now() : difference.then())
                .path();
    }

    private static void assertOnly(DiffSummary summary, Kind... kinds) {
        for (Kind kind : Kind.values()) {
            boolean expected = Set.of(kinds).contains(kind);
            assertThat(summary.of(kind).count() > 0).as(kind.name()).isEqualTo(expected);
        }
    }
}
