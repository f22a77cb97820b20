/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.volsnap.store.file.Samples.OPTIONS;
import static org.volsnap.store.file.Samples.content;
import static org.volsnap.store.file.Samples.version;

import com.google.common.primitives.Bytes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.volsnap.model.BlockKey;
import org.volsnap.model.ChunkRange;
import org.volsnap.model.ReplicaFiles;
import org.volsnap.model.SnapshotId;
import org.volsnap.model.VersionHeader;
import org.volsnap.model.VersionState;
import org.volsnap.store.ExceptionStore;
import org.volsnap.store.StoreException;
import org.volsnap.store.StoreRecord;
import org.volsnap.store.StoreRecord.ChunksFreed;
import org.volsnap.store.StoreRecord.VersionFreed;
import org.volsnap.store.file.Replayed.ChunkAddress;

class StoreCheckerTest {
    private static final int CHUNK_BYTES = 300;

    @TempDir
    Path volume;

    private Path source() {
        return volume.resolve("volsnap").resolve("pool");
    }

    private static void write(FileStore store) throws Exception {
        ExceptionStore exceptions = store.exceptions();
        exceptions.replay(new Replayed());
        for (long number = 1; number <= 4; number++) {
            exceptions.commit(version(number)).get();
            for (long chunk = 0; chunk < 3; chunk++) {
                exceptions
                        .commitChunk(number, chunk, content(number * 10 + chunk, CHUNK_BYTES))
                        .get();
            }
        }
        exceptions.commit(new ChunksFreed(1, new ChunkRange(0, 1))).get();
        exceptions.commit(new VersionFreed(4)).get();
        exceptions.commitLoss(version(3).header(), "full");
    }

    private void writeSource() throws Exception {
        try (FileStore store = FileStore.open(source(), OPTIONS)) {
            write(store);
            Path data = Files.write(volume.resolve("data"), new byte[] {1, 2, 3});
            Path meta = Files.write(volume.resolve("meta"), new byte[] {4});
            store.replicas()
                    .link(new BlockKey(Samples.POOL, 77, 1001), new SnapshotId(2), new ReplicaFiles(data, meta));
            store.replicas().force();
        }
    }

    @Test
    void aHealthyStoreIsCountedAndLeftAsItIs() throws Exception {
        writeSource();
        Map<Path, List<Byte>> before = bytesBelow(source());
        StoreReport report = new StoreChecker(source()).check();
        assertThat(report.damages()).isEmpty();
        assertThat(report.isClean()).isTrue();
        assertThat(report.versions()).isEqualTo(3);
        assertThat(report.lostVersions()).isEqualTo(1);
        assertThat(report.chunks()).isEqualTo(8);
        assertThat(report.chunkBytes()).isEqualTo(8L * CHUNK_BYTES);
        assertThat(report.wholeReplicas()).isEqualTo(1);
        assertThat(bytesBelow(source())).isEqualTo(before);
    }

    @Test
    void ofAChunkThatItsSnapshotWroteTheLastWriteIsRepaired() throws Exception {
        try (FileStore store = FileStore.open(source(), OPTIONS)) {
            store.exceptions().replay(new Replayed());
            VersionHeader written = version(1).header().withState(VersionState.PRIVATE);
            store.exceptions().commit(new StoreRecord.VersionPreserved(written)).get();
            store.exceptions().commitChunk(1, 0, content(10, CHUNK_BYTES)).get();
            store.exceptions().commitChunk(1, 0, content(11, CHUNK_BYTES)).get();
        }
        Path target = volume.resolve("repaired");
        assertThat(new StoreChecker(source()).repairTo(target).chunks()).isEqualTo(1);
        byte[] last = new byte[CHUNK_BYTES];
        content(11, CHUNK_BYTES).data().get(last);
        byte[] first = new byte[CHUNK_BYTES];
        content(10, CHUNK_BYTES).data().get(first);
        byte[] repaired = Files.readAllBytes(new StoreLayout(target).segment(1));
        assertThat(Bytes.indexOf(repaired, last)).isNotNegative();
        assertThat(Bytes.indexOf(repaired, first)).isNegative();
    }

    @Test
    void aStoreInUseAndAnAbsentOneAreRefused() throws Exception {
        assertThatThrownBy(() -> new StoreChecker(source()).check())
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("no store in " + source());
        try (FileStore store = FileStore.open(source(), OPTIONS)) {
            assertThat(store.exceptions().id()).isNotEmpty();
            assertThatThrownBy(() -> new StoreChecker(source()).check())
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining(source() + " is in use");
        }
    }

    @Test
    void aRepairedCopyHoldsWhatIsWholeAndTellsWhatIsNot() throws Exception {
        writeSource();
        Path segment = new StoreLayout(source()).segment(1);
        byte[] bytes = Files.readAllBytes(segment);
        byte[] chunk = new byte[CHUNK_BYTES];
        content(21, CHUNK_BYTES).data().get(chunk);
        bytes[indexOf(bytes, chunk)] ^= 1;
        Files.write(segment, bytes);
        Map<Path, List<Byte>> before = bytesBelow(source());
        Path target = volume.resolve("repaired");

        StoreReport found = new StoreChecker(source()).repairTo(target);

        assertThat(found.damages()).singleElement().asString().contains(segment.toString(), "at byte");
        assertThat(bytesBelow(source())).isEqualTo(before);
        StoreReport repaired = new StoreChecker(target).check();
        assertThat(repaired.damages()).isEmpty();
        assertThat(repaired.versions()).isEqualTo(3);
        assertThat(repaired.lostVersions()).isEqualTo(2);
        assertThat(repaired.wholeReplicas()).isEqualTo(1);
        try (FileStore store = FileStore.open(target, OPTIONS)) {
            Replayed replayed = new Replayed();
            store.exceptions().replay(replayed);
            assertThat(replayed.lost).containsExactly(2L, 3L);
            assertThat(store.exceptions().read(replayed.location(1, 2))).isEqualTo(content(12, CHUNK_BYTES));
            assertThat(replayed.chunks).doesNotContainKey(new ChunkAddress(1, 0));
        }
        assertThatThrownBy(() -> new StoreChecker(source()).repairTo(target))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("not an empty directory");
    }

    @Test
    void theCheckSaysWhatRecoverySaysOfEveryFlippedBit() throws Exception {
        CrashFiles files = new CrashFiles();
        Path directory = Path.of("/volume/volsnap/pool");
        try (FileStore store = open(files, directory)) {
            write(store);
        }
        StoreLayout layout = new StoreLayout(directory);
        for (Path file : List.of(layout.segment(1), layout.header(), layout.segmentList(), layout.losses())) {
            int length = Math.min(files.get(file).length, 1024);
            for (int at = 0; at < length; at += 3) {
                CrashFiles damaged = files.copy();
                byte[] bytes = files.get(file);
                bytes[at] ^= (byte) (1 << at % 8);
                damaged.put(file, bytes);
                compare(damaged, directory, file + " at byte " + at);
            }
        }
    }

    private static void compare(CrashFiles files, Path directory, String when) throws IOException {
        long steps = files.steps();
        StoreReport report = new StoreChecker(directory, files).check();
        assertThat(files.steps()).as(when).isEqualTo(steps);
        Replayed replayed = new Replayed();
        try (FileStore store = open(files, directory)) {
            store.exceptions().replay(replayed);
        } catch (StoreException e) {
            assertThat(report.damages()).as(when).containsExactly(e.getMessage());
            return;
        }
        assertThat(report.damages()).as(when).containsAll(replayed.damages);
        assertThat(report.versions()).as(when).isEqualTo(replayed.versions.size());
        assertThat(report.lostVersions())
                .as(when)
                .isGreaterThanOrEqualTo(replayed.lost.stream()
                        .filter(replayed.versions::containsKey)
                        .count());
    }

    private static FileStore open(CrashFiles files, Path directory) throws IOException {
        return FileStore.open(directory, OPTIONS, files, () -> new UUID(1, 2));
    }

    private static int indexOf(byte[] bytes, byte[] part) {
        int at = 0;
        while (!Arrays.equals(bytes, at, at + part.length, part, 0, part.length)) {
            at++;
        }
        return at;
    }

    private static Map<Path, List<Byte>> bytesBelow(Path directory) throws IOException {
        Map<Path, List<Byte>> all = new HashMap<>();
        try (Stream<Path> files = Files.walk(directory)) {
            for (Path file : (Iterable<Path>) files.filter(Files::isRegularFile)::iterator) {
                all.put(file, Bytes.asList(Files.readAllBytes(file)));
            }
        }
        return all;
    }
}
