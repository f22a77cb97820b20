/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.it;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.hdfs.DFSTestUtil;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.apache.hadoop.hdfs.protocol.ExtendedBlock;
import org.apache.hadoop.hdfs.protocol.LocatedBlock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.volsnap.datanode.PoolControl;
import org.volsnap.datanode.SnapshotReplicaReader;
import org.volsnap.model.BlockKey;
import org.volsnap.model.SnapshotId;
import org.volsnap.model.VersionState;
import org.volsnap.testing.VolsnapCluster;

/** Every replica of a snapshot reads as it was at T, on every DataNode, whatever has happened to it since. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class ReadAsOfSnapshotTest {
    private static final SnapshotId FIRST = SnapshotId.ofRegistry(1);
    private static final int LENGTH = 2_700_001;

    private final Map<String, byte[]> filesThen = new LinkedHashMap<>();
    private final Map<String, List<BlockKey>> blocksThen = new HashMap<>();
    private VolsnapCluster cluster;

    @BeforeEach
    void start(@TempDir Path dir) throws IOException {
        ObservedParts.reset();
        cluster = VolsnapCluster.builder(dir)
                .dataNodes(2)
                .set("dfs.replication", "2")
                .set("dfs.datanode.volsnap.parts.class", ObservedParts.class.getName())
                .build();
    }

    @AfterEach
    void stop() {
        cluster.close();
        ObservedParts.reset();
    }

    @Test
    void afterAppendsTruncatesDeletesAndOverwrites() throws IOException {
        for (String name : List.of("kept", "appended", "cut", "cut-and-appended", "deleted", "overwritten")) {
            create("/" + name);
        }
        cluster.volsnap("-create", "first").orThrow();

        change();
        cluster.waitForDeletions();

        assertEveryReplicaIsAsThen();
        cluster.restartDataNodes();
        assertEveryReplicaIsAsThen();
    }

    @Test
    void ofAFileThatWasOpen() throws IOException {
        org.apache.hadoop.fs.Path open = new org.apache.hadoop.fs.Path("/open");
        byte[] flushed = DFSTestUtil.calculateFileContentsFromSeed(9, 123_457);
        try (FSDataOutputStream out = fileSystem().create(open)) {
            out.write(flushed);
            out.hflush();
            ExtendedBlock block = fileSystem()
                    .getClient()
                    .getLocatedBlocks("/open", 0)
                    .getLastLocatedBlock()
                    .getBlock();
            BlockKey key = key(block);
            cluster.volsnap("-create", "first").orThrow();
            out.write(new byte[70_000]);
            out.hflush();

            assertOpenAsThen(key, flushed);
            out.write(new byte[1]);
            out.close();
            assertOpenAsThen(key, flushed);
            DFSTestUtil.appendFile(fileSystem(), open, 100);
            assertOpenAsThen(key, flushed);
            fileSystem().delete(open, false);
            cluster.waitForDeletions();
            assertOpenAsThen(key, flushed);
        }
    }

    private void change() throws IOException {
        DFSTestUtil.appendFile(fileSystem(), path("/appended"), 1);
        DFSTestUtil.appendFile(fileSystem(), path("/appended"), 700_000);
        truncate("/cut", 1_500_000);
        truncate("/cut-and-appended", 2_400_000);
        DFSTestUtil.appendFile(fileSystem(), path("/cut-and-appended"), 900_000);
        fileSystem().delete(path("/deleted"), false);
        DFSTestUtil.writeFile(fileSystem(), path("/overwritten"), "something else");
    }

    private void create(String file) throws IOException {
        DFSTestUtil.createFile(fileSystem(), path(file), LENGTH, (short) 2, file.hashCode());
        filesThen.put(file, DFSTestUtil.readFileAsBytes(fileSystem(), path(file)));
        blocksThen.put(
                file,
                fileSystem().getClient().getLocatedBlocks(file, 0).getLocatedBlocks().stream()
                        .map(LocatedBlock::getBlock)
                        .map(ReadAsOfSnapshotTest::key)
                        .toList());
    }

    private void truncate(String file, long length) throws IOException {
        if (!fileSystem().truncate(path(file), length)) {
            await().atMost(Duration.ofMinutes(1)).until(() -> fileSystem().isFileClosed(path(file)));
        }
    }

    private void assertEveryReplicaIsAsThen() throws IOException {
        for (PoolControl pool : poolsInService()) {
            for (String file : filesThen.keySet()) {
                ByteArrayOutputStream bytes = new ByteArrayOutputStream();
                for (BlockKey key : requireNonNull(blocksThen.get(file))) {
                    SnapshotReplicaReader replica = pool.read(FIRST, key).orElseThrow();
                    replica.verify();
                    try (InputStream data = replica.data(0);
                            InputStream meta = replica.meta()) {
                        data.transferTo(bytes);
                        assertThat(meta.readAllBytes())
                                .hasSize((int) replica.meta().getLength());
                    }
                }
                assertThat(bytes.toByteArray()).as(file).isEqualTo(filesThen.get(file));
            }
        }
    }

    private void assertOpenAsThen(BlockKey key, byte[] flushed) throws IOException {
        for (PoolControl pool : poolsInService()) {
            Optional<SnapshotReplicaReader> replica = pool.read(FIRST, key);
            assertThat(replica).isPresent();
            assertThat(replica.get().state()).isEqualTo(VersionState.OPEN);
            assertThat(replica.get().length()).isEqualTo(flushed.length);
            replica.get().verify();
            try (InputStream data = replica.get().data(0)) {
                assertThat(data.readAllBytes()).isEqualTo(flushed);
            }
        }
    }

    /** A restarted DataNode has opened its pool anew. */
    private List<PoolControl> poolsInService() {
        List<PoolControl> all = ObservedParts.POOLS;
        return all.subList(all.size() - 2, all.size());
    }

    private static BlockKey key(ExtendedBlock block) {
        return new BlockKey(block.getBlockPoolId(), block.getBlockId(), block.getGenerationStamp());
    }

    private static org.apache.hadoop.fs.Path path(String file) {
        return new org.apache.hadoop.fs.Path(file);
    }

    private DistributedFileSystem fileSystem() throws IOException {
        return cluster.fileSystem();
    }
}
