/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.util.ToolRunner;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.volsnap.model.BlockKey;
import org.volsnap.model.ChunkContent;
import org.volsnap.model.ChunkGeometry;
import org.volsnap.model.SnapshotId;
import org.volsnap.model.VersionHeader;
import org.volsnap.model.VersionState;
import org.volsnap.store.ChunkLocation;
import org.volsnap.store.ExceptionStore;
import org.volsnap.store.StoreRecord;
import org.volsnap.store.file.FileStore;
import org.volsnap.store.file.FileStoreOptions;

class CheckStoreCommandTest {
    private static final String POOL = "BP-1";
    private static final FileStoreOptions OPTIONS = FileStoreOptions.of(POOL, Map.of(), new ChunkGeometry(9));

    @TempDir
    Path directory;

    private final RecordingConsole printed = new RecordingConsole();

    /** A store with one version of one chunk. */
    private Path store() throws Exception {
        Path path = directory.resolve("store");
        try (FileStore store = FileStore.open(path, OPTIONS)) {
            store.exceptions().replay(new Ignoring());
            VersionHeader header = new VersionHeader(
                    1,
                    1,
                    new BlockKey(POOL, 1, 1001),
                    SnapshotId.ofRegistry(1),
                    512,
                    VersionState.FINALIZED,
                    VersionHeader.NEVER,
                    new byte[0]);
            store.exceptions().commit(new StoreRecord.VersionPreserved(header)).get();
            store.exceptions()
                    .commitChunk(1, 0, ChunkContent.plain(ByteBuffer.allocate(512)))
                    .get();
        }
        return path;
    }

    private static final class Ignoring implements ExceptionStore.Replay {
        @Override
        public void record(StoreRecord record) {}

        @Override
        public void chunk(long version, long chunk, ChunkLocation location, int dataLengthBytes) {}

        @Override
        public void damaged(String fileAndOffset, String reason) {}
    }

    @Test
    void aCleanStoreIsCounted() throws Exception {
        Path store = store();
        assertThat(run("-checkStore", store.toString())).isZero();
        assertThat(printed.out())
                .hasLineCount(1)
                .contains("1 block versions (0 lost), 1 chunks of 512, 0 whole replicas, 0 damaged places");
    }

    @Test
    void aDamagedStoreIsNamedWithFileAndOffsetAndRepairedElsewhere() throws Exception {
        Path store = store();
        Path segment = store.resolve("log").resolve("00000001.segment");
        byte[] bytes = Files.readAllBytes(segment);
        bytes[bytes.length - 100] ^= 1;
        Files.write(segment, bytes);
        Path target = directory.resolve("repaired");
        assertThat(run("-checkStore", store.toString(), "-repairTo", target.toString()))
                .isEqualTo(1);
        assertThat(printed.out())
                .contains("Damaged: ")
                .contains("00000001.segment at byte ")
                .contains("Wrote what is whole to " + target);
        assertThat(run("-checkStore", target.toString())).isZero();
    }

    @Test
    void aStoreInUseAndAnAbsentOneCanNotBeChecked() throws Exception {
        Path path = store();
        try (FileStore open = FileStore.open(path, OPTIONS)) {
            assertThat(open.exceptions().id()).isNotEmpty();
            assertThat(run("-checkStore", path.toString())).isEqualTo(2);
        }
        assertThat(printed.err()).contains("is in use");
        assertThat(run("-checkStore", directory.resolve("absent").toString())).isEqualTo(2);
        assertThat(printed.err()).contains("there is no store in ");
    }

    @Test
    void aMissingPathIsRefused() throws Exception {
        assertThat(run("-checkStore")).isEqualTo(1);
        assertThat(printed.err()).startsWith("-checkStore: The path of a store is missing");
    }

    private int run(String... args) throws Exception {
        return ToolRunner.run(new VolsnapAdmin(new Configuration(), printed.console()), args);
    }
}
