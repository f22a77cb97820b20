/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.hdfs.protocol.ExtendedBlock;
import org.apache.hadoop.hdfs.protocol.LocatedBlock;
import org.apache.hadoop.hdfs.server.common.HdfsServerConstants.ReplicaState;
import org.apache.hadoop.hdfs.server.datanode.DataNode;
import org.apache.hadoop.hdfs.server.datanode.Replica;
import org.volsnap.testing.VolsnapCluster;
import org.volsnap.testing.WrittenFile;

/**
 * What a snapshot promises of files that were open at T: it has every byte whose hflush had returned before the command
 * was issued, none that was written after the command returned, and all replicas of a block are alike.
 */
final class OpenFileCheck {
    private static final Duration RECOVERY = Duration.ofSeconds(60);

    private final VolsnapCluster cluster;
    private final Map<WrittenFile, Bounds> bounds = new LinkedHashMap<>();

    private record Bounds(long least, long most) {}

    private OpenFileCheck(VolsnapCluster cluster) {
        this.cluster = cluster;
    }

    /** Takes the snapshot, and keeps the books of these files. */
    static OpenFileCheck create(VolsnapCluster cluster, String snapshot, Collection<WrittenFile> files) {
        OpenFileCheck check = new OpenFileCheck(cluster);
        Map<WrittenFile, Long> flushed = new LinkedHashMap<>();
        files.forEach(file -> flushed.put(file, file.flushed()));
        cluster.volsnap("-create", snapshot).orThrow();
        flushed.forEach((file, least) -> check.bounds.put(file, new Bounds(least, file.written())));
        return check;
    }

    /** After a rollback to the snapshot: every file is closed, and is what was promised. */
    void assertHolds() throws Exception {
        Rollback rollback = new Rollback(cluster);
        for (WrittenFile file : bounds.keySet()) {
            rollback.awaitClosed(file.path());
        }
        for (Map.Entry<WrittenFile, Bounds> each : bounds.entrySet()) {
            assertThat(each.getKey().readAndCompare())
                    .as(each.getKey().path())
                    .isBetween(each.getValue().least(), each.getValue().most());
        }
        await().atMost(RECOVERY).untilAsserted(() -> assertThat(differences()).isEmpty());
        rollback.assertHealthy();
    }

    /** Every replica that is not what the NameNode says, also one that it does not know, and every one that is missing. */
    private List<String> differences() throws IOException {
        List<String> found = new ArrayList<>();
        for (WrittenFile file : bounds.keySet()) {
            for (LocatedBlock located : cluster.fileSystem()
                    .getClient()
                    .getLocatedBlocks(file.path(), 0, Long.MAX_VALUE)
                    .getLocatedBlocks()) {
                differences(file, located, found);
            }
        }
        return found;
    }

    @SuppressWarnings("deprecation") // the only way to a replica of whatever stamp
    private void differences(WrittenFile file, LocatedBlock located, List<String> found) throws IOException {
        ExtendedBlock block = located.getBlock();
        int replicas = 0;
        for (DataNode dataNode : cluster.dataNodes()) {
            Replica replica = dataNode.getFSDataset().getReplica(block.getBlockPoolId(), block.getBlockId());
            if (replica == null) {
                continue;
            }
            replicas++;
            if (replica.getState() != ReplicaState.FINALIZED
                    || replica.getGenerationStamp() != block.getGenerationStamp()
                    || replica.getNumBytes() != block.getNumBytes()) {
                found.add(file.path() + ": " + dataNode.getDisplayName() + " has " + replica + ", not " + block);
            }
        }
        int wanted = cluster.fileSystem()
                .getFileStatus(new org.apache.hadoop.fs.Path(file.path()))
                .getReplication();
        if (replicas != wanted || located.getLocations().length != wanted) {
            found.add(file.path() + ": " + block + " has " + replicas + " replicas, the NameNode knows "
                    + located.getLocations().length + ", wanted are " + wanted);
        }
    }
}
