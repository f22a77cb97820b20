/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.it;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.hdfs.DFSTestUtil;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.volsnap.testing.VolsnapCluster;
import org.volsnap.testing.WrittenFile;

/** Two snapshots of files that are open, whatever came before them and whatever became of the files after them. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
class OpenFilesTest {
    private static final int BLOCK = 1 << 18;
    private static final short REPLICATION = 3;

    private final Map<String, WrittenFile> files = new LinkedHashMap<>();
    private VolsnapCluster cluster;
    private DistributedFileSystem fileSystem;

    /** One DataNode more than replicas: a pipeline can replace one, and a copy can be made. */
    @BeforeEach
    void start(@TempDir Path dir) throws IOException {
        cluster = VolsnapCluster.builder(dir)
                .dataNodes(REPLICATION + 1)
                .storageVolumes(1)
                .blockSize(BLOCK)
                .build();
        fileSystem = cluster.fileSystem();
    }

    @AfterEach
    void stop() {
        cluster.close();
    }

    @Test
    void eachSnapshotHasItsPrefixOfEveryFile() throws Exception {
        replicasThatWaitForRecovery();
        staleReplicaOfAFailedPipeline();
        for (String name : new String[] {
            "written", "closed", "regrown", "deleted", "recovered", "failing", "copied", "copied-grown"
        }) {
            writeBothWays(create(name), BLOCK + 100_000);
        }
        file("written").write(70_000);
        create("full").write(BLOCK);
        file("full").flush();
        create("unflushed").write(10_000);

        OpenFileCheck first = OpenFileCheck.create(cluster, "first", files.values());
        for (String name : new String[] {"written", "closed", "deleted", "copied", "full", "unflushed"}) {
            writeBothWays(file(name), 20_000);
        }
        OpenFileCheck second = OpenFileCheck.create(cluster, "second", files.values());
        goOn();
        cluster.volsnap("-verify", "first").orThrow();
        cluster.volsnap("-verify", "second").orThrow();

        new Rollback(cluster).to("second");
        second.assertHolds();
        new Rollback(cluster).to("first");
        first.assertHolds();
    }

    // ---- before T

    /** DataNodes that start find a replica that nobody writes any more. */
    private void replicasThatWaitForRecovery() throws IOException {
        WrittenFile file = create("waiting");
        writeBothWays(file, 50_000);
        file.abandon();
        cluster.restartDataNodes();
    }

    private void staleReplicaOfAFailedPipeline() throws IOException {
        WrittenFile file = create("stale");
        writeBothWays(file, 50_000);
        failPipeline(file);
    }

    // ---- after T

    private void goOn() throws Exception {
        writeBothWays(file("written"), 30_000);
        file("closed").write(30_000);
        file("closed").close();
        file("regrown").close();
        file("regrown").append(30_000);
        truncate("regrown", BLOCK + 5_000);
        writeBothWays(file("deleted"), 30_000);
        fileSystem.delete(path("deleted"), false);
        writeBothWays(file("recovered"), 30_000);
        await("recovery", () -> fileSystem.recoverLease(path("recovered")));
        copy("copied");
        copy("copied-grown");
        file("copied-grown").append(30_000);
        writeBothWays(file("unflushed"), 30_000);
        writeBothWays(file("failing"), 30_000);
        failPipeline(file("failing"));
        cluster.waitForDeletions();
    }

    /** Copies of a complete block, made after T under the stamp that it had at T. */
    private void copy(String name) throws Exception {
        file(name).write(30_000);
        file(name).close();
        fileSystem.setReplication(path(name), (short) (REPLICATION + 1));
        DFSTestUtil.waitReplication(fileSystem, path(name), (short) (REPLICATION + 1));
    }

    private void truncate(String name, long length) throws IOException {
        if (!fileSystem.truncate(path(name), length)) {
            await("truncate", () -> fileSystem.isFileClosed(path(name)));
        }
    }

    // ---- parts

    private WrittenFile create(String name) throws IOException {
        WrittenFile file = new WrittenFile(fileSystem, "/open/" + name, name.hashCode());
        files.put(name, file);
        return file;
    }

    private WrittenFile file(String name) {
        return requireNonNull(files.get(name), name);
    }

    private static org.apache.hadoop.fs.Path path(String name) {
        return new org.apache.hadoop.fs.Path("/open/" + name);
    }

    /** Bytes that a snapshot must have, then bytes that it may have. */
    private static void writeBothWays(WrittenFile file, int length) throws IOException {
        file.write(length);
        file.flush();
        file.write(5_000);
    }

    /** A DataNode of the pipeline dies, writing goes on without it under a newer stamp, and it comes back. */
    private void failPipeline(WrittenFile file) throws IOException {
        String failing = file.firstDataNode();
        for (int i = 0; i < cluster.dataNodes().size(); i++) {
            if (cluster.dataNodes().get(i).getDatanodeUuid().equals(failing)) {
                cluster.stopDataNode(i);
            }
        }
        writeBothWays(file, 30_000);
        cluster.startDataNodes();
        cluster.waitActive();
    }

    private static void await(String what, Callable<Boolean> condition) {
        VolsnapCluster.waitFor(what, Duration.ofSeconds(60), () -> {
            try {
                return condition.call();
            } catch (Exception e) {
                throw new AssertionError(what, e);
            }
        });
    }
}
