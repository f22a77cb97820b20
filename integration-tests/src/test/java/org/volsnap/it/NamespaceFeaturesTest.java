/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.crypto.key.KeyProvider;
import org.apache.hadoop.fs.RemoteIterator;
import org.apache.hadoop.fs.StorageType;
import org.apache.hadoop.fs.XAttrSetFlag;
import org.apache.hadoop.fs.permission.AclEntry;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.hdfs.DFSTestUtil;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.apache.hadoop.hdfs.protocol.HdfsConstants.ReencryptAction;
import org.apache.hadoop.hdfs.protocol.ZoneReencryptionStatus;
import org.apache.hadoop.hdfs.server.mover.Mover;
import org.apache.hadoop.util.ToolRunner;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.volsnap.testing.ClusterBuilder;
import org.volsnap.testing.VolsnapCluster;

/**
 * What HDFS can do with a file beyond its bytes: storage policies, encryption, directory snapshots, concat, attributes.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
class NamespaceFeaturesTest {
    private static final String ROOT = "/data";
    private static final String NAME = "nightly";
    private static final String KEY = "zone-key";

    @TempDir
    Path dir;

    /** Access times are off: reading the tree must not change it. */
    private ClusterBuilder builder() {
        return VolsnapCluster.builder(dir)
                .dataNodes(2)
                .blockSize(256 << 10)
                .set("dfs.datanode.volsnap.chunk.size", "16k")
                .set("dfs.namenode.accesstime.precision", "0");
    }

    @Test
    void filesComeBackWithTheirStoragePolicies() throws Exception {
        try (VolsnapCluster cluster =
                builder().storageVolumes(StorageType.DISK, StorageType.ARCHIVE).build()) {
            Wreckage wreckage = new Wreckage(cluster, 91);
            DistributedFileSystem fileSystem = cluster.fileSystem();
            List<String> policies = List.of("HOT", "WARM", "COLD");
            for (String policy : policies) {
                fileSystem.mkdirs(path(policy));
                fileSystem.setStoragePolicy(path(policy), policy);
                for (String name : List.of("kept", "cut", "deleted", "appended")) {
                    wreckage.write(path(policy + "/" + name), 400_000);
                }
            }
            FileSystemState then = state(cluster, ROOT);
            cluster.volsnap("-create", NAME).orThrow();

            for (int i = 0; i < policies.size(); i++) {
                String policy = policies.get(i);
                wreckage.truncate(path(policy + "/cut"), 100_000);
                wreckage.append(path(policy + "/appended"), 100_000);
                fileSystem.setStoragePolicy(path(policy), policies.get((i + 1) % policies.size()));
            }
            assertThat(ToolRunner.run(cluster.configuration(), new Mover.Cli(), new String[] {"-p", ROOT}))
                    .isZero();
            for (String policy : policies) {
                wreckage.truncate(path(policy + "/appended"), 50_000);
                wreckage.append(path(policy + "/cut"), 300_000);
                fileSystem.delete(path(policy + "/deleted"), false);
            }
            cluster.waitForDeletions();

            assertComesBack(cluster, then);
        }
    }

    /** The keys are not HDFS's and stay as they are. */
    @Test
    void filesOfAnEncryptionZoneComeBackWithTheirKeys() throws Exception {
        String provider = "jceks://file" + dir.resolve("keys.jks").toUri().getPath();
        try (VolsnapCluster cluster =
                builder().set("hadoop.security.key.provider.path", provider).build()) {
            DFSTestUtil.createKey(KEY, cluster.mini(), cluster.configuration());
            shareKeys(cluster);
            DistributedFileSystem fileSystem = cluster.fileSystem();
            Wreckage wreckage = new Wreckage(cluster, 92);
            fileSystem.mkdirs(path("zone"));
            fileSystem.createEncryptionZone(path("zone"), KEY);
            for (String name : List.of("kept", "cut", "deleted", "appended", "overwritten")) {
                wreckage.write(path("zone/" + name), 400_000);
            }
            FileSystemState then = state(cluster, ROOT);
            cluster.volsnap("-create", NAME).orThrow();

            wreckage.truncate(path("zone/cut"), 100_001);
            wreckage.append(path("zone/cut"), 200_000);
            wreckage.append(path("zone/appended"), 300_000);
            fileSystem.delete(path("zone/deleted"), false);
            wreckage.write(path("zone/overwritten"), 70_000);
            reencrypt(cluster);
            wreckage.write(path("zone/new"), 300_000);
            state(cluster, ROOT).assertDiffersFrom(then);
            fileSystem.delete(path("zone"), true);
            fileSystem.mkdirs(path("zone"));
            wreckage.write(path("zone/deleted"), 400_000);
            cluster.waitForDeletions();

            assertComesBack(cluster, then);
        }
    }

    @Test
    void directorySnapshotsComeBackWithWhatWasTruncatedUnderThem() throws Exception {
        try (VolsnapCluster cluster = builder().build()) {
            DistributedFileSystem fileSystem = cluster.fileSystem();
            Wreckage wreckage = new Wreckage(cluster, 93);
            List<String> names = List.of("kept", "cutBefore", "cutAfter", "cutTwice", "appended", "deleted", "held");
            for (String name : names) {
                wreckage.write(path("dir/" + name), 700_000);
            }
            fileSystem.allowSnapshot(path("dir"));
            fileSystem.createSnapshot(path("dir"), "first");
            wreckage.truncate(path("dir/cutBefore"), 600_000);
            wreckage.truncate(path("dir/cutTwice"), 650_000);
            fileSystem.delete(path("dir/held"), false);
            fileSystem.createSnapshot(path("dir"), "second");
            FileSystemState then = state(cluster, ROOT);
            FileSystemState first = state(cluster, ROOT + "/dir/.snapshot/first");
            FileSystemState second = state(cluster, ROOT + "/dir/.snapshot/second");
            cluster.volsnap("-create", NAME).orThrow();

            wreckage.truncate(path("dir/cutAfter"), 600_000);
            wreckage.append(path("dir/cutAfter"), 50_000);
            wreckage.truncate(path("dir/cutTwice"), 550_000);
            wreckage.append(path("dir/appended"), 100_000);
            fileSystem.delete(path("dir/deleted"), false);
            fileSystem.createSnapshot(path("dir"), "third");
            wreckage.truncate(path("dir/appended"), 10_000);
            fileSystem.deleteSnapshot(path("dir"), "second");
            fileSystem.renameSnapshot(path("dir"), "first", "renamed");
            wreckage.truncate(path("dir/cutBefore"), 530_000);
            fileSystem.deleteSnapshot(path("dir"), "renamed");
            cluster.waitForDeletions();

            assertComesBack(cluster, then);
            state(cluster, ROOT + "/dir/.snapshot/first").assertSameAs(first);
            state(cluster, ROOT + "/dir/.snapshot/second").assertSameAs(second);
            assertThat(fileSystem.listStatus(path("dir/.snapshot"))).hasSize(2);
        }
    }

    @Test
    void joinedFilesAndAttributesComeBack() throws Exception {
        try (VolsnapCluster cluster = builder().build()) {
            DistributedFileSystem fileSystem = cluster.fileSystem();
            Wreckage wreckage = new Wreckage(cluster, 94);
            for (String part : List.of("a", "b", "c", "d", "before1", "before2")) {
                wreckage.write(path("parts/" + part), 300_000);
            }
            join(fileSystem, "before1", "before2");
            attribute(fileSystem);
            FileSystemState then = state(cluster, ROOT);
            cluster.volsnap("-create", NAME).orThrow();

            join(fileSystem, "a", "b", "c");
            wreckage.append(path("parts/a"), 10);
            join(fileSystem, "before1", "d");
            wreckage.truncate(path("parts/before1"), 250_000);
            fileSystem.delete(path("parts/a"), false);
            loseAttributes(fileSystem);
            cluster.waitForDeletions();

            assertComesBack(cluster, then);
        }
    }

    private static void join(DistributedFileSystem fileSystem, String first, String... others) throws IOException {
        org.apache.hadoop.fs.Path[] sources = new org.apache.hadoop.fs.Path[others.length];
        for (int i = 0; i < others.length; i++) {
            sources[i] = path("parts/" + others[i]);
        }
        fileSystem.concat(path("parts/" + first), sources);
    }

    private static void attribute(DistributedFileSystem fileSystem) throws IOException {
        fileSystem.setQuota(path("parts"), 50, 1L << 32);
        fileSystem.setQuotaByStorageType(path("parts"), StorageType.DISK, 1L << 31);
        fileSystem.modifyAclEntries(
                path("parts"), AclEntry.parseAclSpec("user:alice:r-x,default:group:staff:rwx", true));
        fileSystem.modifyAclEntries(path("parts/c"), AclEntry.parseAclSpec("user:bob:rw-", true));
        fileSystem.setXAttr(path("parts/d"), "user.note", bytes("then"));
        fileSystem.setXAttr(path("parts"), "trusted.note", bytes("then"));
        fileSystem.setPermission(path("parts"), new FsPermission((short) 01755));
        fileSystem.setOwner(path("parts/b"), "alice", "staff");
    }

    private static void loseAttributes(DistributedFileSystem fileSystem) throws IOException {
        fileSystem.setQuota(path("parts"), 40, 1L << 30);
        fileSystem.setQuotaByStorageType(path("parts"), StorageType.DISK, -1);
        fileSystem.removeAcl(path("parts"));
        fileSystem.setXAttr(path("parts"), "trusted.note", bytes("now"), EnumSet.of(XAttrSetFlag.REPLACE));
        fileSystem.removeXAttr(path("parts"), "trusted.note");
        fileSystem.setPermission(path("parts"), new FsPermission((short) 0700));
        fileSystem.setXAttr(path("parts"), "user.new", bytes("now"));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Gives every file of the zone a new encrypted key, under a new version of the zone's key. */
    private static void reencrypt(VolsnapCluster cluster) throws Exception {
        keys(cluster).rollNewVersion(KEY);
        keys(cluster).flush();
        cluster.fileSystem().reencryptEncryptionZone(path("zone"), ReencryptAction.START);
        VolsnapCluster.waitFor("new keys", Duration.ofSeconds(60), () -> isReencrypted(cluster));
    }

    private static boolean isReencrypted(VolsnapCluster cluster) {
        try {
            RemoteIterator<ZoneReencryptionStatus> zones = cluster.fileSystem().listReencryptionStatus();
            return zones.hasNext() && zones.next().getState() == ZoneReencryptionStatus.State.Completed;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static KeyProvider keys(VolsnapCluster cluster) {
        return cluster.nameNode().getNamesystem().getProvider();
    }

    /** A key store in a file is read once: the client has to have the NameNode's. */
    private static void shareKeys(VolsnapCluster cluster) throws IOException {
        cluster.fileSystem().getClient().setKeyProvider(keys(cluster));
    }

    private static void assertComesBack(VolsnapCluster cluster, FileSystemState then) throws Exception {
        cluster.volsnap("-verify", NAME).orThrow();
        Rollback rollback = new Rollback(cluster);
        rollback.to(NAME);
        rollback.awaitRedundancy();
        state(cluster, ROOT).assertSameAs(then);
        rollback.assertHealthy();
    }

    private static org.apache.hadoop.fs.Path path(String name) {
        return new org.apache.hadoop.fs.Path(ROOT, name);
    }

    private static FileSystemState state(VolsnapCluster cluster, String root) throws IOException {
        return FileSystemState.capture(cluster.fileSystem(), root);
    }
}
