/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.volsnap.engine.SnapshotEngine;
import org.volsnap.testing.VolsnapCluster;

/** What changes of a 128 MiB block cost the store: counted in exceptions, and in bytes on the disk. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class PreservedBytesTest {
    private static final int BLOCK = 128 << 20;
    private static final int CHUNK = 64 << 10;
    private static final int METADATA = 4096;
    /** Not on a chunk's border, nor on a checksum chunk's. */
    private static final int LENGTH = (100 << 20) + 12_345;
    /** Stored checksums: 4 bytes for each 512. */
    private static final int CHECKSUMS_OF_CHUNK = CHUNK / 512 * 4;

    private static final org.apache.hadoop.fs.Path FILE = new org.apache.hadoop.fs.Path("/file");

    private VolsnapCluster cluster;
    private Wreckage wreckage;

    @BeforeEach
    void start(@TempDir Path dir) throws Exception {
        FaultParts.reset();
        cluster = VolsnapCluster.builder(dir)
                .dataNodes(1)
                .storageVolumes(1)
                .blockSize(BLOCK)
                .set("dfs.replication", "1")
                .set("dfs.datanode.volsnap.parts.class", FaultParts.class.getName())
                .build();
        wreckage = new Wreckage(cluster, 31);
        wreckage.write(FILE, LENGTH);
        cluster.volsnap("-create", "nightly").orThrow();
    }

    @AfterEach
    void stop() {
        FaultParts.reset();
        cluster.close();
    }

    @Test
    void appendOfOneBytePreservesOneChunkAtMost() throws Exception {
        long before = liveBytes();

        wreckage.append(FILE, 1);

        awaitCompleted(1);
        assertThat(liveBytes() - before).isBetween(1L, (long) CHUNK + METADATA);
        long afterFirst = liveBytes();

        wreckage.append(FILE, 1);

        awaitCompleted(1);
        assertThat(liveBytes() - afterFirst).isLessThanOrEqualTo(METADATA);
        assertThat(wholeReplicas()).isZero();
    }

    @Test
    void truncateByOneMebibytePreservesWhatIsCutOff() throws Exception {
        long before = liveBytes();
        int cut = 1 << 20;

        wreckage.truncate(FILE, LENGTH - cut);

        int chunks = cut / CHUNK + 1;
        awaitCompleted(chunks);
        assertThat(liveBytes() - before).isBetween((long) cut, (long) chunks * (CHUNK + CHECKSUMS_OF_CHUNK) + METADATA);
        assertThat(wholeReplicas()).isZero();
    }

    @Test
    void deleteCopiesNothing() throws Exception {
        long before = liveBytes();

        cluster.fileSystem().delete(FILE, false);
        cluster.waitForDeletions();

        await().atMost(Duration.ofSeconds(30)).until(() -> wholeReplicas() == 1);
        assertThat(engine().status().completed()).isZero();
        assertThat(liveBytes() - before).isLessThanOrEqualTo(METADATA);
    }

    private static SnapshotEngine engine() {
        return FaultParts.ENGINES.get(FaultParts.ENGINES.size() - 1);
    }

    private static void awaitCompleted(long chunks) {
        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
            assertThat(engine().status().pending()).isZero();
            assertThat(engine().status().completed()).isEqualTo(chunks);
        });
    }

    /** Bytes of chunks and records in the exception store. */
    private static long liveBytes() {
        return FaultParts.STORES.get(FaultParts.STORES.size() - 1).usage().liveBytes();
    }

    private long wholeReplicas() {
        try (Stream<Path> files = Files.walk(cluster.storageVolumes(0).get(0).resolve("volsnap"))) {
            return files.filter(file -> file.getFileName().toString().startsWith("blk_")
                            && !file.getFileName().toString().endsWith(".meta"))
                    .count();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
