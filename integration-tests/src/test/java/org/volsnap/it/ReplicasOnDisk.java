/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.hadoop.hdfs.DFSTestUtil;
import org.apache.hadoop.hdfs.protocol.Block;
import org.apache.hadoop.hdfs.protocol.LocatedBlock;
import org.volsnap.testing.VolsnapCluster;

/** Holds all that lies below {@code current/} of the DataNodes against what a client reads. */
final class ReplicasOnDisk {
    /** In place of a stamp. */
    private static final long OPEN = 0;

    private final VolsnapCluster cluster;

    ReplicasOnDisk(VolsnapCluster cluster) {
        this.cluster = cluster;
    }

    private record Content(long stamp, byte[] bytes) {}

    /** Waits until every block of a closed file has a replica on every DataNode that runs, as far as the NameNode knows. */
    void awaitEverywhere() {
        await().atMost(Duration.ofSeconds(90))
                .untilAsserted(() -> assertThat(locations())
                        .allSatisfy((block, count) -> assertThat(count)
                                .as(block)
                                .isEqualTo(cluster.dataNodes().size())));
        cluster.waitForDeletions();
    }

    private Map<String, Integer> locations() throws IOException {
        Map<String, Integer> locations = new HashMap<>();
        for (org.apache.hadoop.fs.Path file : files()) {
            if (!cluster.fileSystem().isFileClosed(file)) {
                continue;
            }
            for (LocatedBlock block : DFSTestUtil.getAllBlocks(cluster.fileSystem(), file)) {
                locations.put(file + " " + block.getBlock(), block.getLocations().length);
            }
        }
        return locations;
    }

    private List<org.apache.hadoop.fs.Path> files() throws IOException {
        List<org.apache.hadoop.fs.Path> paths = new ArrayList<>();
        RemoteIterator<LocatedFileStatus> files =
                cluster.fileSystem().listFiles(new org.apache.hadoop.fs.Path("/"), true);
        while (files.hasNext()) {
            paths.add(files.next().getPath());
        }
        return paths;
    }

    /**
     * Waits until every replica on every DataNode that runs is one that the namespace has, with its bytes and its stamp:
     * others are gone.
     */
    void awaitAsRead() throws IOException {
        Map<Long, Content> blocks = blocks();
        await().atMost(Duration.ofSeconds(90))
                .ignoreException(java.io.UncheckedIOException.class) // a file went while the directory was walked
                .untilAsserted(() -> assertThat(strangers(blocks)).isEmpty());
    }

    private Map<Long, Content> blocks() throws IOException {
        Map<Long, Content> blocks = new HashMap<>();
        for (org.apache.hadoop.fs.Path file : files()) {
            boolean isClosed = cluster.fileSystem().isFileClosed(file);
            byte[] bytes = DFSTestUtil.readFileAsBytes(cluster.fileSystem(), file);
            for (LocatedBlock block : DFSTestUtil.getAllBlocks(cluster.fileSystem(), file)) {
                int from = (int) block.getStartOffset();
                blocks.put(
                        block.getBlock().getBlockId(),
                        new Content(
                                isClosed ? block.getBlock().getGenerationStamp() : OPEN,
                                Arrays.copyOfRange(bytes, from, from + (int) block.getBlockSize())));
            }
        }
        return blocks;
    }

    private List<String> strangers(Map<Long, Content> blocks) throws IOException {
        List<String> strangers = new ArrayList<>();
        for (int node = 0; node < cluster.dataNodes().size(); node++) {
            for (Path volume : cluster.storageVolumes(node)) {
                Path pool = volume.resolve("current").resolve(cluster.blockPoolId());
                try (Stream<Path> files = Files.walk(pool)) {
                    for (Path file : files.filter(Files::isRegularFile).toList()) {
                        if (isStranger(file, blocks)) {
                            strangers.add(file.toString());
                        }
                    }
                }
            }
        }
        return strangers;
    }

    /**
     * A meta file alone is no replica. Hadoop leaves one when its scanner looks at a directory while a replica arrives there:
     * it takes the stamp for 0, and deletes the data file only (FsDatasetImpl.checkAndUpdate).
     */
    private static boolean hasData(Path meta, String name) {
        return Files.exists(meta.resolveSibling(Block.BLOCK_FILE_PREFIX + Block.getBlockId(name)));
    }

    private static boolean isStranger(Path file, Map<Long, Content> blocks) throws IOException {
        String name = file.getFileName().toString();
        if (Block.isMetaFilename(name)) {
            Content content = blocks.get(Block.getBlockId(name));
            boolean unknown =
                    content == null || (content.stamp() != OPEN && content.stamp() != Block.getGenerationStamp(name));
            return unknown && hasData(file, name);
        }
        if (Block.isBlockFilename(file.toFile())) {
            Content content = blocks.get(Block.filename2id(name));
            return content == null
                    || (content.stamp() != OPEN && !Arrays.equals(content.bytes(), Files.readAllBytes(file)));
        }
        return false;
    }
}
