/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.restore;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.volsnap.restore.FileVersion.BlockVersion;

class FileChangeTest {
    private static final FileVersion THEN = closed(block(1, 101, 100), block(2, 102, 50));

    /** Lengths that were asked for. */
    private final List<Long> asked = new ArrayList<>();

    @Test
    void theSameBlocksAreTheSameFileAndNobodyIsAsked() throws IOException {
        assertThat(change(closed(block(1, 101, 100), block(2, 102, 50)), false)).isEqualTo(FileChange.NONE);
        assertThat(asked).isEmpty();
    }

    @Test
    void aFileThatIsGoneIsMissing() throws IOException {
        assertThat(FileChange.of(THEN, 150, null, this::different)).isEqualTo(FileChange.MISSING);
        assertThat(asked).isEmpty();
    }

    @Test
    void aLongerFileIsAppendedOnlyIfItBeginsWithTheBytesOfThen() throws IOException {
        FileVersion longer = closed(block(1, 101, 100), block(2, 110, 80));

        assertThat(change(longer, true)).isEqualTo(FileChange.APPENDED);
        assertThat(change(longer, false)).isEqualTo(FileChange.DIFFERENT);
        assertThat(asked).containsExactly(150L, 150L);
    }

    @Test
    void aFileThatWasAppendedInAnotherBlockIsAppended() throws IOException {
        assertThat(change(closed(block(1, 101, 100), block(2, 102, 50), block(3, 110, 7)), true))
                .isEqualTo(FileChange.APPENDED);
    }

    @Test
    void aShorterFileIsTruncatedOnlyIfItIsTheBeginning() throws IOException {
        FileVersion shorter = closed(block(1, 101, 100), block(2, 110, 20));

        assertThat(change(shorter, true)).isEqualTo(FileChange.TRUNCATED);
        assertThat(change(shorter, false)).isEqualTo(FileChange.DIFFERENT);
        assertThat(asked).containsExactly(120L, 120L);
    }

    @Test
    void anEmptyFileIsTheBeginningOfAnyAndNobodyIsAsked() throws IOException {
        assertThat(change(closed(), false)).isEqualTo(FileChange.TRUNCATED);
        assertThat(FileChange.of(closed(), 0, closed(block(7, 110, 5)), this::different))
                .isEqualTo(FileChange.APPENDED);
        assertThat(asked).isEmpty();
    }

    @Test
    void truncatedAndAppendedToTheSameLengthItIsToldByItsContent() throws IOException {
        FileVersion sameLength = closed(block(1, 101, 100), block(2, 110, 50));

        assertThat(change(sameLength, false)).isEqualTo(FileChange.DIFFERENT);
        assertThat(change(sameLength, true)).isEqualTo(FileChange.NONE);
    }

    @Test
    void whatWasRestoredBeforeHasOtherBlocksAndIsToldByItsContent() throws IOException {
        assertThat(change(closed(block(8, 120, 150)), true)).isEqualTo(FileChange.NONE);
        assertThat(change(closed(block(8, 120, 150)), false)).isEqualTo(FileChange.DIFFERENT);
    }

    @Test
    void anOtherStampAloneIsADifferenceThatHasToBeLookedAt() throws IOException {
        assertThat(change(closed(block(1, 101, 100), block(2, 103, 50)), true)).isEqualTo(FileChange.NONE);
        assertThat(asked).containsExactly(150L);
    }

    @Test
    void whatIsBeingWrittenIsNotComparedAtAll() throws IOException {
        FileVersion open = new FileVersion(150, true, THEN.blocks());

        assertThat(change(open, true)).isEqualTo(FileChange.BEING_WRITTEN);
        assertThat(asked).isEmpty();
    }

    @Test
    void ofAFileThatWasOpenThenTheLengthOfTheDataNodesCounts() throws IOException {
        FileVersion open = new FileVersion(100, true, List.of(block(1, 101, 100), block(2, 102, 0)));
        FileVersion closedLater = closed(block(1, 101, 100), block(2, 102, 90));

        assertThat(FileChange.of(open, 130, closedLater, this::same)).isEqualTo(FileChange.APPENDED);
        assertThat(asked).containsExactly(130L);
    }

    private FileChange change(FileVersion now, boolean same) throws IOException {
        return FileChange.of(THEN, 150, now, same ? this::same : this::different);
    }

    private boolean same(long bytes) {
        asked.add(bytes);
        return true;
    }

    private boolean different(long bytes) {
        asked.add(bytes);
        return false;
    }

    private static FileVersion closed(BlockVersion... blocks) {
        long length = Stream.of(blocks).mapToLong(BlockVersion::length).sum();
        return new FileVersion(length, false, List.of(blocks));
    }

    private static BlockVersion block(long id, long stamp, long length) {
        return new BlockVersion(id, stamp, length);
    }
}
