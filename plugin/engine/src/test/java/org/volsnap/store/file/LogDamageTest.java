/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.file;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.volsnap.store.file.Samples.OPTIONS;
import static org.volsnap.store.file.Samples.content;
import static org.volsnap.store.file.Samples.version;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.volsnap.model.Base;
import org.volsnap.model.ChunkContent;
import org.volsnap.model.SnapshotId;
import org.volsnap.store.ExceptionStore;
import org.volsnap.store.StoreCorruptException;
import org.volsnap.store.StoreException;
import org.volsnap.store.StoreRecord.BaseChanged;
import org.volsnap.store.StoreRecord.VersionHandedDown;
import org.volsnap.store.StoreVersionException;
import org.volsnap.store.file.Replayed.ChunkAddress;

/** What a store says, and what it gives out, when bytes are not those that were written. */
class LogDamageTest {
    private static final StoreLayout LAYOUT = new StoreLayout(Path.of("/volume/volsnap/pool"));
    private static final Path SEALED = LAYOUT.segment(1);
    private static final Path OPEN = LAYOUT.segment(2);
    private static final UUID ID = new UUID(3, 4);
    private static final int CHUNK_BYTES = 300;
    private static final List<Path> ALL = List.of(SEALED, OPEN, LAYOUT.header(), LAYOUT.segmentList(), LAYOUT.losses());

    /** Every bit, and not one of each byte. */
    private static final boolean EXHAUSTIVE = Boolean.getBoolean("volsnap.exhaustive");

    private CrashFiles files = new CrashFiles();
    private Replayed whole = new Replayed();

    /** Two segments, four versions, one of them lost. */
    @BeforeEach
    void writeStore() throws Exception {
        try (FileStore store = open(files)) {
            ExceptionStore exceptions = store.exceptions();
            exceptions.replay(new Replayed());
            preserve(exceptions, 1, 2);
            exceptions.commit(new BaseChanged(1, new Base(1, 2, 3, 4), 1)).get();
            preserve(exceptions, 2, 2);
            exceptions
                    .commit(new VersionHandedDown(2, new SnapshotId(1), false))
                    .get();
            preserve(exceptions, 3, 4);
            preserve(exceptions, 4, 4);
            exceptions.commitLoss(version(4, 4).header(), "no space");
        }
        whole = replay(files.copy());
        assertThat(whole.damages).isEmpty();
        assertThat(whole.versions).containsOnlyKeys(1L, 2L, 3L, 4L);
        assertThat(files.exists(OPEN)).isTrue();
    }

    private static void preserve(ExceptionStore store, long version, long owner) throws Exception {
        store.commit(version(version, owner)).get();
        for (long chunk = 0; chunk < 2; chunk++) {
            store.commitChunk(version, chunk, chunkOf(version, chunk)).get();
        }
    }

    private static ChunkContent chunkOf(long version, long chunk) {
        return content(version * 100 + chunk, CHUNK_BYTES);
    }

    @Test
    void aFlippedBitAnywhereIsNeverTakenForContentAndIsNamed() throws Exception {
        for (Path file : ALL) {
            int length = files.get(file).length;
            for (int at = 0; at < length; at++) {
                for (int bit : EXHAUSTIVE ? new int[] {0, 1, 2, 3, 4, 5, 6, 7} : new int[] {at * 5 % 8}) {
                    CrashFiles damaged = files.copy();
                    byte[] bytes = files.get(file);
                    bytes[at] ^= (byte) (1 << bit);
                    damaged.put(file, bytes);
                    checkDamaged(damaged, file, file.getFileName() + " at byte " + at + ", bit " + bit);
                }
            }
        }
    }

    @Test
    void anEmptyAJunkAndAHeadOnlyFileIsNamedWhicheverItIs() throws Exception {
        Random random = new Random(8);
        for (Path file : ALL) {
            byte[] whole = files.get(file);
            byte[] junk = new byte[whole.length];
            random.nextBytes(junk);
            for (byte[] content : List.of(new byte[0], junk, Arrays.copyOf(whole, 8), Arrays.copyOf(whole, 32))) {
                CrashFiles damaged = files.copy();
                damaged.put(file, content);
                checkDamaged(damaged, file, file.getFileName() + " of " + content.length + " bytes");
            }
        }
    }

    private void checkDamaged(CrashFiles damaged, Path file, String when) throws IOException {
        try (FileStore store = open(damaged)) {
            Replayed replayed = new Replayed();
            store.exceptions().replay(replayed);
            boolean complete = replayed.versions.equals(whole.versions)
                    && replayed.chunks.equals(whole.chunks)
                    && replayed.records.equals(whole.records);
            if (!complete) {
                assertThat(replayed.damages)
                        .as(when)
                        .anySatisfy(damage ->
                                assertThat(damage).contains(file.toString()).contains("at byte"));
            }
            assertThat(replayed.lost).as(when).contains(4L);
            for (ChunkAddress address : whole.chunks.keySet()) {
                checkChunk(store, replayed, address, when);
            }
        } catch (StoreVersionException e) {
            assertThat(e).as(when).hasMessageContaining(file.toString()).hasMessageContaining("version");
        } catch (StoreException e) {
            assertThat(e).as(when).hasMessageContaining(file.toString()).hasMessageContaining("byte");
        }
    }

    /** Right, or lost, or refused. */
    private static void checkChunk(FileStore store, Replayed replayed, ChunkAddress address, String when)
            throws IOException {
        if (!replayed.chunks.containsKey(address)) {
            boolean isKnown = replayed.versions.containsKey(address.version());
            boolean isLost = replayed.lost.contains(address.version());
            assertThat(isLost || !isKnown).as("%s: %s", when, address).isTrue();
            return;
        }
        try {
            assertThat(store.exceptions().read(replayed.location(address.version(), address.chunk())))
                    .as("%s: %s", when, address)
                    .isEqualTo(chunkOf(address.version(), address.chunk()));
        } catch (StoreCorruptException e) {
            assertThat(e).as(when).hasMessageContaining(LAYOUT.log().toString()).hasMessageContaining("at byte");
        }
    }

    @Test
    void aDamagedHeaderTakesEveryVersionBeforeItAlong() throws Exception {
        Frame header = frames(SEALED, FrameType.VERSION_PRESERVED).get(1);
        flip(SEALED, header.offset() + 50);
        Replayed replayed = replay(files);
        assertThat(replayed.versions).containsOnlyKeys(1L, 3L, 4L);
        assertThat(replayed.lost).containsExactly(1L, 4L);
        assertThat(replayed.damages).singleElement().asString().contains(SEALED + " at byte " + header.offset());
    }

    @Test
    void aDamagedChunkRecordTakesItsVersionAlongAndNoOther() throws Exception {
        Frame chunk = frames(SEALED, FrameType.CHUNK).get(2);
        flip(SEALED, chunk.offset() + 45);
        Replayed replayed = replay(files);
        assertThat(replayed.lost).containsExactly(2L, 4L);
        assertThat(replayed.chunks).doesNotContainKey(new ChunkAddress(2, 0)).containsKey(new ChunkAddress(2, 1));
    }

    @Test
    void damageIsToldAgainAtTheNextOpen() throws Exception {
        flip(SEALED, frames(SEALED, FrameType.CHUNK).get(0).offset());
        assertThat(replay(files).lost).contains(1L);
        assertThat(replay(files).lost).contains(1L);
    }

    @Test
    void aMissingSegmentIsNoticed() throws Exception {
        CrashFiles broken = files.copy();
        assertThat(broken.delete(SEALED)).isTrue();
        Replayed replayed = replay(broken);
        assertThat(replayed.damages)
                .singleElement()
                .asString()
                .contains(SEALED + " at byte 0")
                .contains("missing");
        assertThat(replayed.versions).containsOnlyKeys(3L, 4L);
    }

    @Test
    void aMissingOpenSegmentIsNoticedEveryTime() throws Exception {
        CrashFiles broken = files.copy();
        assertThat(broken.delete(OPEN)).isTrue();
        assertThat(replay(broken).lost).contains(1L, 2L);
        assertThat(replay(broken).lost).contains(1L, 2L);
    }

    @Test
    void anEmptyAJunkAndAShortOpenSegmentAreNoticedEveryTime() throws Exception {
        byte[] junk = new byte[5000];
        new Random(5).nextBytes(junk);
        for (byte[] content : List.of(new byte[0], junk, new byte[7])) {
            CrashFiles broken = files.copy();
            broken.put(OPEN, content);
            for (int time = 0; time < 2; time++) {
                Replayed replayed = replay(broken);
                assertThat(replayed.damages)
                        .anySatisfy(damage -> assertThat(damage).contains(OPEN.toString()));
                assertThat(replayed.lost).contains(1L, 2L);
            }
        }
    }

    @Test
    void aSealedSegmentThatLostItsEndIsNoticed() throws Exception {
        Frame last = frames(SEALED, FrameType.CHUNK).get(3);
        files.put(SEALED, Arrays.copyOf(files.get(SEALED), (int) last.offset()));
        assertThat(replay(files).lost).contains(1L, 2L);
    }

    @Test
    void junkAfterTheEndIsCutOff() throws Exception {
        byte[] bytes = files.get(OPEN);
        byte[] longer = Arrays.copyOf(bytes, bytes.length + 777);
        new Random(6)
                .nextBytes(ByteBuffer.wrap(longer, bytes.length, 777).slice().array());
        System.arraycopy(bytes, 0, longer, 0, bytes.length);
        files.put(OPEN, longer);
        Replayed replayed = replay(files);
        assertThat(replayed.damages).isEmpty();
        assertThat(replayed.records).isEqualTo(whole.records);
    }

    @Test
    void aTornTailIsCutAtEveryByteOfTheLastBatch() throws Exception {
        CrashFiles base = files.copy();
        byte[] before;
        byte[] after;
        try (FileStore store = open(base)) {
            store.exceptions().replay(new Replayed());
            before = base.get(OPEN);
            store.exceptions().commitChunk(3, 7, chunkOf(3, 7)).get();
            long frame = Submission.of(3, 7, chunkOf(3, 7)).length();
            after = Arrays.copyOf(base.forced(OPEN), before.length + (int) frame);
        }
        Random random = new Random(7);
        for (int length = before.length; length < after.length; length++) {
            byte[] torn = Arrays.copyOf(after, length);
            byte[] zeroed = Arrays.copyOf(torn, after.length);
            byte[] dirty = new byte[after.length];
            random.nextBytes(dirty);
            System.arraycopy(torn, 0, dirty, 0, length);
            for (byte[] tail : List.of(torn, zeroed, dirty)) {
                checkTornTail(tail, after, "torn at " + length);
            }
        }
    }

    private void checkTornTail(byte[] tail, byte[] complete, String when) throws Exception {
        CrashFiles torn = files.copy();
        torn.put(OPEN, tail);
        try (FileStore store = open(torn)) {
            Replayed replayed = new Replayed();
            store.exceptions().replay(replayed);
            assertThat(replayed.damages).as(when).isEmpty();
            assertThat(replayed.chunks).as(when).containsAllEntriesOf(whole.chunks);
            boolean padded = Arrays.equals(tail, 0, tail.length, complete, 0, tail.length)
                    && tail.length > complete.length - LogFormat.ALIGNMENT;
            assertThat(padded || !replayed.chunks.containsKey(new ChunkAddress(3, 7)) || isWhole(store, replayed))
                    .as(when)
                    .isTrue();
            store.exceptions().commitChunk(3, 8, chunkOf(3, 8)).get();
        }
        Replayed again = replay(torn);
        assertThat(again.damages).as(when).isEmpty();
        assertThat(again.chunks).as(when).containsKey(new ChunkAddress(3, 8));
    }

    /** When only padding was torn the chunk is there. */
    private static boolean isWhole(FileStore store, Replayed replayed) throws IOException {
        return store.exceptions().read(replayed.location(3, 7)).equals(chunkOf(3, 7));
    }

    @Test
    void otherFormatVersionsAreRefusedAndNamed() throws Exception {
        for (int version : new int[] {0, FormatVersion.MAX + 1}) {
            CrashFiles other = files.copy();
            byte[] header = files.get(LAYOUT.header());
            header[CheckedFileFormat.VERSION_OFFSET] = (byte) version;
            other.put(LAYOUT.header(), header);
            assertThatThrownBy(() -> replay(other))
                    .isInstanceOf(StoreVersionException.class)
                    .hasMessageContaining("format version " + version)
                    .hasMessageContaining("versions 1 to 2");

            CrashFiles segment = files.copy();
            ByteBuffer bytes = ByteBuffer.wrap(files.get(SEALED)).order(ByteOrder.LITTLE_ENDIAN);
            bytes.putShort(LogFormat.SEGMENT_VERSION_OFFSET, (short) version);
            bytes.putInt(LogFormat.SEGMENT_CRC_OFFSET, Checksums.crc(bytes.slice(0, LogFormat.SEGMENT_CRC_OFFSET)));
            segment.put(SEALED, bytes.array());
            assertThatThrownBy(() -> replay(segment))
                    .isInstanceOf(StoreVersionException.class)
                    .hasMessageContaining("format version " + version);
        }
    }

    @Test
    void aStoreWithoutItsHeaderIsRefused() throws Exception {
        assertThat(files.delete(LAYOUT.header())).isTrue();
        assertThatThrownBy(() -> replay(files))
                .isInstanceOf(StoreCorruptException.class)
                .hasMessageContaining(LAYOUT.header().toString());
    }

    @Test
    void aSegmentInsideOfPreservedDataIsNotTakenForTheLog() throws Exception {
        byte[] copy = files.get(SEALED);
        int checksums = 4;
        try (FileStore store = open(files)) {
            store.exceptions().replay(new Replayed());
            store.exceptions()
                    .commitChunk(
                            3,
                            9,
                            new ChunkContent(
                                    ByteBuffer.wrap(copy, 0, copy.length - checksums),
                                    ByteBuffer.wrap(new byte[checksums])))
                    .get();
        }
        Frame carrier = frames(OPEN, FrameType.CHUNK).get(4);
        flip(OPEN, carrier.offset());
        Replayed replayed = replay(files);
        assertThat(replayed.versions).containsOnlyKeys(1L, 2L, 3L, 4L);
        assertThat(replayed.lost).containsExactly(3L, 4L);
        assertThat(replayed.chunks.keySet()).isEqualTo(whole.chunks.keySet());
    }

    private List<Frame> frames(Path segment, FrameType type) throws IOException {
        int number = segment.equals(SEALED) ? 1 : 2;
        List<Frame> found = new ArrayList<>();
        try (StoreFile file = files.openRead(segment)) {
            SegmentReader reader = new SegmentReader(file, new FrameCodec(ID, number));
            long at = LogFormat.SEGMENT_HEADER_BYTES;
            for (Frame frame = reader.frameAt(at, file.length());
                    frame != null;
                    frame = reader.frameAt(at, file.length())) {
                at = frame.end();
                if (frame.type() == type) {
                    found.add(frame);
                }
            }
        }
        return found;
    }

    private void flip(Path file, long at) throws IOException {
        byte[] bytes = files.get(file);
        bytes[(int) at] ^= 1;
        files.put(file, bytes);
    }

    private static FileStore open(CrashFiles files) throws IOException {
        return FileStore.open(LAYOUT.directory(), OPTIONS, files, () -> ID);
    }

    private static Replayed replay(CrashFiles files) throws IOException {
        try (FileStore store = open(files)) {
            Replayed replayed = new Replayed();
            store.exceptions().replay(replayed);
            return replayed;
        }
    }
}
