/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.it;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.apache.hadoop.hdfs.protocol.ExtendedBlock;
import org.volsnap.testing.VolsnapCluster;

/** What a DataNode's snapshot stores hold on the disk, to be damaged. */
final class StoredBytes {
    private static final int MIN_CHUNK = 512;

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

    /** The data file of a block's live replica. */
    Path live(int dataNode, ExtendedBlock block) throws IOException {
        return files(dataNode, "current").stream()
                .filter(file -> file.getFileName().toString().equals("blk_" + block.getBlockId()))
                .findFirst()
                .orElseThrow();
    }

    private List<Path> named(int dataNode, String name) throws IOException {
        return files(dataNode, "volsnap").stream()
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

    /** Changes a byte of the chunk that is kept in a log and begins with these bytes. */
    void damageChunk(int dataNode, byte[] content) throws IOException {
        byte[] start = Arrays.copyOf(content, MIN_CHUNK);
        for (Path segment : files(dataNode, "volsnap").stream()
                .filter(file -> file.toString().endsWith(".segment"))
                .toList()) {
            int at = indexOf(Files.readAllBytes(segment), start);
            if (at >= 0) {
                damage(segment, at + 7);
                return;
            }
        }
        throw new AssertionError("no segment holds the chunk");
    }

    private static int indexOf(byte[] bytes, byte[] part) {
        for (int at = 0; at + part.length <= bytes.length; at++) {
            if (Arrays.equals(bytes, at, at + part.length, part, 0, part.length)) {
                return at;
            }
        }
        return -1;
    }

    private List<Path> files(int dataNode, String below) throws IOException {
        List<Path> all = new ArrayList<>();
        for (Path volume : cluster.storageVolumes(dataNode)) {
            try (Stream<Path> files = Files.walk(volume.resolve(below))) {
                files.filter(Files::isRegularFile).forEach(all::add);
            }
        }
        return all;
    }
}
