/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.volsnap.store.file.Samples.OPTIONS;
import static org.volsnap.store.file.Samples.content;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.volsnap.model.BlockKey;
import org.volsnap.model.SnapshotId;
import org.volsnap.model.VersionHeader;
import org.volsnap.model.VersionState;
import org.volsnap.store.ExceptionStore;
import org.volsnap.store.StoreRecord.VersionPreserved;
import org.volsnap.store.file.Replayed.ChunkAddress;

/** Cuts the power before every step while chunks of a private version are written anew, and compacted. */
class PrivateChunkCrashTest {
    private static final Path DIRECTORY = Path.of("/volume/volsnap/pool");
    private static final long VERSION = 1;
    private static final int CHUNKS = 3;
    private static final int ROUNDS = 14;

    /** Which round's content each chunk has: the one that was acknowledged, or the one that was begun. */
    private static final class Model {
        private final int[] acknowledged = {-1, -1, -1};
        private final int[] begun = {-1, -1, -1};

        private void live(ExceptionStore store) throws Exception {
            store.commit(new VersionPreserved(header())).get();
            for (int round = 0; round < ROUNDS; round++) {
                for (int chunk = 0; chunk < CHUNKS; chunk++) {
                    begun[chunk] = round;
                    store.commitChunk(VERSION, chunk, content(seed(chunk, round)))
                            .get();
                    acknowledged[chunk] = round;
                }
                if (round % 5 == 4) {
                    store.compact();
                }
            }
        }

        private void check(ExceptionStore store, Replayed replayed, String when) throws IOException {
            for (int chunk = 0; chunk < CHUNKS; chunk++) {
                boolean shown = replayed.chunks.containsKey(new ChunkAddress(VERSION, chunk));
                assertThat(shown || acknowledged[chunk] < 0).as(when).isTrue();
                if (shown) {
                    assertThat(store.read(replayed.location(VERSION, chunk)))
                            .as("%s: chunk %s", when, chunk)
                            .isIn(content(seed(chunk, acknowledged[chunk])), content(seed(chunk, begun[chunk])));
                }
            }
        }
    }

    private static long seed(int chunk, int round) {
        return 1000L * chunk + round;
    }

    private static VersionHeader header() {
        return new VersionHeader(
                VERSION,
                VERSION,
                new BlockKey(Samples.POOL, 7, 1001),
                new SnapshotId(2),
                CHUNKS << 12,
                VersionState.PRIVATE,
                VersionHeader.NEVER,
                new byte[] {0, 1, 2, 0, 0, 2, 0});
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void aChunkIsAsItWasOrAsItWasWritten(long seed) throws Exception {
        boolean crashed = true;
        long step = 0;
        while (crashed) {
            step++;
            CrashFiles files = new CrashFiles();
            files.put(Path.of("/volume/current/VERSION"), new byte[1]);
            files.crashAt(step);
            Model model = new Model();
            try (FileStore store = open(files)) {
                store.exceptions().replay(new Replayed());
                model.live(store.exceptions());
            } catch (IOException | ExecutionException e) {
                assertThat(files.hasCrashed()).as("failed by itself: %s", e).isTrue();
            }
            crashed = files.hasCrashed();
            CrashFiles after = files.afterPowerCut(new Random(seed * 1_000_003 + step));
            try (FileStore store = open(after)) {
                Replayed replayed = new Replayed();
                store.exceptions().replay(replayed);
                assertThat(replayed.damages).as("step " + step).isEmpty();
                model.check(store.exceptions(), replayed, "step " + step + ", seed " + seed);
            }
        }
        assertThat(step).isGreaterThan(CHUNKS * ROUNDS);
    }

    private static FileStore open(CrashFiles files) throws IOException {
        return FileStore.open(DIRECTORY, OPTIONS, files, () -> new UUID(1, 2));
    }
}
