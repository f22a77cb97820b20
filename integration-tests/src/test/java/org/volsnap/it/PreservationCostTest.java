/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.hdfs.DFSTestUtil;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.volsnap.testing.VolsnapCluster;

/** What a change of a large block costs: chunks, never the block. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class PreservationCostTest {
    private static final org.apache.hadoop.fs.Path FILE = new org.apache.hadoop.fs.Path("/large");
    private static final long BLOCK = 128L << 20;
    private static final long CHUNK = 64L << 10;
    private static final long METADATA = 4L << 10;
    /** Neither whole chunks nor whole checksum chunks. */
    private static final long LENGTH = BLOCK - 100_001;

    private VolsnapCluster cluster;
    private long storedBefore;

    @BeforeEach
    void start(@TempDir Path dir) throws IOException {
        ObservedParts.reset();
        cluster = VolsnapCluster.builder(dir)
                .dataNodes(1)
                .storageVolumes(1)
                .blockSize(BLOCK)
                .set("dfs.replication", "1")
                .set("dfs.datanode.volsnap.parts.class", ObservedParts.class.getName())
                .build();
        DFSTestUtil.createFile(fileSystem(), FILE, LENGTH, (short) 1, 3);
        cluster.volsnap("-create", "before").orThrow();
        storedBefore = ObservedParts.storedBytes();
    }

    @AfterEach
    void stop() {
        cluster.close();
        ObservedParts.reset();
    }

    @Test
    void appendingOneBytePreservesAtMostOneChunkAndAppendingMoreNothing() throws IOException {
        DFSTestUtil.appendFile(fileSystem(), FILE, 1);

        assertThat(ObservedParts.completed()).isEqualTo(1);
        assertThat(stored()).isBetween(1L, CHUNK + METADATA);

        long afterOne = stored();
        DFSTestUtil.appendFile(fileSystem(), FILE, 1);

        assertThat(ObservedParts.completed()).isEqualTo(1);
        assertThat(stored() - afterOne).isLessThan(METADATA);
    }

    @Test
    void truncatingByAMebibytePreservesAboutAMebibyte() throws IOException {
        long cut = 1L << 20;
        if (!fileSystem().truncate(FILE, LENGTH - cut)) {
            await().atMost(Duration.ofMinutes(2)).until(() -> fileSystem().isFileClosed(FILE));
        }

        long chunks = ObservedParts.completed();
        assertThat(chunks).isBetween(cut / CHUNK, cut / CHUNK + 1);
        assertThat(stored()).isBetween(cut, (chunks + 1) * CHUNK + METADATA);
    }

    @Test
    void deletingPreservesByLinkAndCopiesNothing() throws IOException {
        fileSystem().delete(FILE, false);
        cluster.waitForDeletions();

        assertThat(ObservedParts.completed()).isZero();
        assertThat(stored()).isLessThan(METADATA);
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(ObservedParts.POOLS
                                .get(0)
                                .engine()
                                .status()
                                .snapshots()
                                .values())
                        .singleElement()
                        .satisfies(kept -> assertThat(kept.preservedBytes()).isGreaterThan(LENGTH)));
    }

    private long stored() {
        return ObservedParts.storedBytes() - storedBefore;
    }

    private DistributedFileSystem fileSystem() throws IOException {
        return cluster.fileSystem();
    }
}
