/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode.scan;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.volsnap.protocol.proto.VolsnapDatanodeProtos.ScanDamageProto;
import org.volsnap.protocol.proto.VolsnapDatanodeProtos.ScanStateProto;
import org.volsnap.store.WholeReplicaStore;

class ScanCursorTest {
    private static final Duration PERIOD = Duration.ofDays(21);
    private static final long NOW = 1_000_000_000_000L;

    @Test
    void aPeriodEndsWithTheLastPartAndTheNextBeginsWhenItsTimeHasCome() {
        ScanCursor cursor = new ScanCursor();
        assertThat(cursor.isDue(NOW, PERIOD)).isTrue();
        for (int part = 0; part < WholeReplicaStore.PARTS; part++) {
            assertThat(cursor.part()).isEqualTo(part);
            assertThat(cursor.endPart()).isEqualTo(part == WholeReplicaStore.PARTS - 1);
        }

        assertThat(cursor.isDue(NOW + PERIOD.toMillis() - 1, PERIOD)).isFalse();
        assertThat(cursor.isDue(NOW + PERIOD.toMillis(), PERIOD)).isTrue();
        assertThat(cursor.part()).isZero();
    }

    @Test
    void onePeriodThatTakesLongerIsFinishedFirst() {
        ScanCursor cursor = new ScanCursor();
        assertThat(cursor.isDue(NOW, PERIOD)).isTrue();
        cursor.endPart();

        assertThat(cursor.isDue(NOW + 3 * PERIOD.toMillis(), PERIOD)).isTrue();

        assertThat(cursor.part()).isEqualTo(1);
    }

    @Test
    void aClockThatWasSetBackDoesNotPutTheNextPeriodOff() {
        ScanCursor finished = new ScanCursor(state().setFinished(true).build());

        assertThat(finished.isDue(NOW - Duration.ofDays(400).toMillis(), PERIOD))
                .isTrue();
    }

    @Test
    void goesOnBehindTheLastBlock(@TempDir Path directory) {
        ScanCursor cursor = new ScanCursor(state().setPart(7).build());
        assertThat(cursor.isPast(Long.MIN_VALUE)).isFalse();
        cursor.passed(-5);
        ScanDamageProto damage = ScanDamageProto.newBuilder()
                .setBlockId(-9)
                .setStamp(1001)
                .setReason("rotten")
                .build();

        new ScanFile(directory).write(cursor.toProto().addDamages(damage).build());
        ScanStateProto read = new ScanFile(directory).read().orElseThrow();

        ScanCursor next = new ScanCursor(read);
        assertThat(next.part()).isEqualTo(7);
        assertThat(next.isPast(-6)).isTrue();
        assertThat(next.isPast(-5)).isTrue();
        assertThat(next.isPast(-4)).isFalse();
        assertThat(read.getDamagesList()).containsExactly(damage);
        next.endPart();
        assertThat(next.isPast(-6)).isFalse();
    }

    @Test
    void aFileThatCannotBeReadIsNone(@TempDir Path directory) throws Exception {
        Files.write(directory.resolve(ScanFile.NAME), new byte[] {1, 2, 3});

        assertThat(new ScanFile(directory).read()).isEmpty();
        assertThat(new ScanFile(directory.resolve("absent")).read()).isEmpty();
    }

    private static ScanStateProto.Builder state() {
        return ScanStateProto.newBuilder()
                .setStartedMillis(NOW)
                .setFinished(false)
                .setPart(0);
    }
}
