/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.hadoop.hdfs.DFSTestUtil;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.volsnap.testing.VolsnapCluster;

/** A storage volume whose snapshot store can't be opened, and a rollback of what lies on it. */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class BrokenStoreTest {
    private static final String ROOT = "/data";
    private static final int FILES = 6;

    private final TreeMap<String, byte[]> contents = new TreeMap<>();
    private final TreeMap<String, Path> volumeThen = new TreeMap<>();

    @Test
    void noOtherBytesThanThoseOfTheSnapshotComeBack(@TempDir Path dir) throws Exception {
        try (VolsnapCluster cluster = VolsnapCluster.builder(dir)
                .dataNodes(1)
                .set("dfs.replication", "1")
                .set("dfs.client.max.block.acquire.failures", "0")
                .build()) {
            Wreckage wreckage = new Wreckage(cluster, 71);
            fill(cluster, wreckage);
            cluster.volsnap("-create", "nightly").orThrow();
            for (String name : contents.keySet()) {
                wreckage.truncate(file(name), 100_000);
                wreckage.append(file(name), 200_000);
            }
            Path broken = cluster.storageVolumes(0).get(1);

            cluster.volsnap("-prepareRollback", "nightly").orThrow();
            cluster.stopDataNodes();
            cluster.stopNameNode();
            spoil(broken.resolve("volsnap").resolve(poolDirectory(broken)));
            cluster.volsnap("-rollback", "nightly").orThrow();
            cluster.startNameNode();
            cluster.startDataNodes();
            cluster.waitActive();

            assertThat(volumeThen).containsValue(broken);
            for (String name : contents.keySet()) {
                if (broken.equals(volumeThen.get(name))) {
                    assertThatThrownBy(() -> DFSTestUtil.readFileAsBytes(cluster.fileSystem(), file(name)))
                            .as(name)
                            .isInstanceOf(IOException.class);
                } else {
                    assertThat(DFSTestUtil.readFileAsBytes(cluster.fileSystem(), file(name)))
                            .as(name)
                            .isEqualTo(contents.get(name));
                }
            }
            assertThat(cluster.volsnap("-status").orThrow().out()).contains(broken.toString());
            wreckage.write(file("new"), 200_000);
        }
    }

    private void fill(VolsnapCluster cluster, Wreckage wreckage) throws IOException {
        Volumes volumes = new Volumes(cluster);
        for (int i = 0; i < FILES; i++) {
            String name = "file" + i;
            wreckage.write(file(name), 300_000);
            contents.put(name, DFSTestUtil.readFileAsBytes(cluster.fileSystem(), file(name)));
            volumeThen.put(name, volumes.of(file(name)));
        }
    }

    private static Path poolDirectory(Path volume) throws IOException {
        try (Stream<Path> pools = Files.list(volume.resolve("volsnap"))) {
            List<Path> all = pools.toList();
            assertThat(all).hasSize(1);
            return all.get(0).getFileName();
        }
    }

    /** Writes over the header of the store. */
    private static void spoil(Path store) throws IOException {
        Files.write(store.resolve("store"), new byte[64], StandardOpenOption.WRITE);
    }

    private static org.apache.hadoop.fs.Path file(String name) {
        return new org.apache.hadoop.fs.Path(ROOT, name);
    }
}
