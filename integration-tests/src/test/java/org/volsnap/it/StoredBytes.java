/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.it;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hadoop.hdfs.protocol.ExtendedBlock;
import org.volsnap.testing.VolsnapCluster;

/** What a DataNode's snapshot stores hold on the disk, to be damaged. */
final class StoredBytes {
    private final VolsnapCluster cluster;

    StoredBytes(VolsnapCluster cluster) {
        this.cluster = cluster;
    }

    /** The data file of a block that was deleted, as it is kept whole; waits until it is. */
    Path whole(int dataNode, ExtendedBlock block) {
        String name = "blk_" + block.getBlockId() + "_" + block.getGenerationStamp();
        return await().atMost(Duration.ofSeconds(60))
                .until(() -> named(dataNode, name), files -> files.size() == 1)
                .get(0);
    }

    private List<Path> named(int dataNode, String name) throws IOException {
        return files(dataNode).stream()
                .filter(file -> file.getFileName().toString().equals(name))
                .toList();
    }

    /** Changes one byte of a file, not its length or its time. */
    static void damage(Path file, long offset) throws IOException {
        var time = Files.getLastModifiedTime(file);
        try (RandomAccessFile bytes = new RandomAccessFile(file.toFile(), "rw")) {
            bytes.seek(offset);
            int old = bytes.read();
            bytes.seek(offset);
            bytes.write(old ^ 1);
        }
        Files.setLastModifiedTime(file, time);
    }

    private List<Path> files(int dataNode) throws IOException {
        List<Path> all = new ArrayList<>();
        for (Path volume : cluster.storageVolumes(dataNode)) {
            try (Stream<Path> files = Files.walk(volume.resolve("volsnap"))) {
                files.filter(Files::isRegularFile).forEach(all::add);
            }
        }
        return all;
    }
}
