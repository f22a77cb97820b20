/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.file;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Losses whose write was cut short were never acknowledged; they take nothing along, however often that happens. */
class LossFileTest {
    private static final StoreLayout LAYOUT = new StoreLayout(Path.of("/volume/volsnap/pool"));

    private final CrashFiles files = new CrashFiles();

    @Test
    void aTornLossIsGivenOutAgain() throws Exception {
        addLoss(1);
        byte[] one = files.get(LAYOUT.losses());
        for (int length = 1; length < LossFormat.SLOT_BYTES; length += 37) {
            byte[] torn = one.clone();
            Arrays.fill(torn, LossFormat.SLOT_BYTES, LossFormat.SLOT_BYTES + length, (byte) 1);
            files.put(LAYOUT.losses(), torn);
            addLoss(2);
            Replayed replayed = replay();
            assertThat(replayed.damages).isEmpty();
            assertThat(replayed.lost).containsExactly(1L, 2L);
        }
    }

    @Test
    void clearingThatWasCutShortIsNoDamage() throws Exception {
        addLoss(1);
        addLoss(2);
        byte[] both = files.get(LAYOUT.losses());
        Arrays.fill(both, 0, LossFormat.COPY_BYTES + 10, (byte) 0);
        files.put(LAYOUT.losses(), both);
        Replayed replayed = replay();
        assertThat(replayed.damages).isEmpty();
        assertThat(replayed.lost).containsExactly(2L);
    }

    private void addLoss(long version) throws Exception {
        try (FileStore store = open()) {
            store.exceptions().replay(new Replayed());
            store.exceptions().commitLoss(Samples.version(version).header(), "full");
        }
    }

    private Replayed replay() throws Exception {
        try (FileStore store = open()) {
            Replayed replayed = new Replayed();
            store.exceptions().replay(replayed);
            return replayed;
        }
    }

    private FileStore open() throws Exception {
        return FileStore.open(LAYOUT.directory(), Samples.OPTIONS, files, () -> new UUID(1, 2));
    }
}
