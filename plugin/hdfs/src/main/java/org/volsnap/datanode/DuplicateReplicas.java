/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode;

import java.io.File;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.apache.hadoop.hdfs.server.common.HdfsServerConstants.ReplicaState;
import org.apache.hadoop.hdfs.server.datanode.ReplicaInfo;
import org.apache.hadoop.hdfs.server.datanode.fsdataset.FsVolumeSpi.ScanInfo;
import org.volsnap.engine.LiveReplica;
import org.volsnap.engine.VolumeStore;
import org.volsnap.model.BlockKey;
import org.volsnap.model.ReplicaFiles;
import org.volsnap.model.VersionState;

/**
 * Preserves replicas that Hadoop deletes because it finds a second one of their block on the disks: of two with
 * different stamps it keeps the newer ({@code BlockPoolSlice.selectReplicaToDelete}). Two with one stamp are one
 * version, and one of them stays.
 */
final class DuplicateReplicas {
    private DuplicateReplicas() {}

    /** Before the directory scanner compares what it found with Hadoop's map. */
    static void preserve(SnapshotPool pool, ScanInfo found) throws InterruptedIOException {
        if (pool.engine().chain().isEmpty()) {
            return;
        }
        ReplicaInfo inMap = pool.replicas().inMap(found.getBlockId());
        File data = found.getBlockFile();
        File meta = found.getMetaFile();
        if (inMap == null || inMap.getState() != ReplicaState.FINALIZED || data == null || meta == null) {
            return;
        }
        long stampFound = found.getGenStamp();
        if (inMap.getGenerationStamp() < stampFound) {
            pool.preserver()
                    .beforeDuplicateGoes(
                            found.getBlockId(), () -> pool.replicas().translate(inMap));
        } else if (stampFound < inMap.getGenerationStamp()) {
            ReplicaFiles files = new ReplicaFiles(data.toPath(), meta.toPath());
            VolumeStore store = pool.stores(StorageRoots.of(found.getVolume()));
            pool.preserver()
                    .beforeDuplicateGoes(
                            found.getBlockId(),
                            () -> Optional.of(onDisk(
                                    key(pool, found.getBlockId(), stampFound), files, store, VersionState.FINALIZED)));
        }
    }

    /** Before Hadoop scans the storage volumes of a block pool. Lists names; nothing when there is no snapshot. */
    static void preserve(SnapshotPool pool) throws IOException {
        if (pool.engine().chain().isEmpty()) {
            return;
        }
        ReplicaDirectories directories = new ReplicaDirectories(pool.blockPoolId(), pool.volumes());
        Set<Long> twice = directories.idsFoundTwice();
        if (twice.isEmpty()) {
            return;
        }
        List<ReplicaDirectories.Found> all = new ArrayList<>();
        directories.forEach(found -> {
            if (twice.contains(found.blockId())) {
                all.add(found);
            }
        });
        for (ReplicaDirectories.Found found : all) {
            long newest = all.stream()
                    .filter(other -> other.blockId() == found.blockId())
                    .mapToLong(ReplicaDirectories.Found::stamp)
                    .max()
                    .orElseThrow();
            if (found.stamp() < newest) {
                pool.preserver()
                        .beforeDuplicateGoes(
                                found.blockId(),
                                () -> Optional.of(onDisk(
                                        key(pool, found.blockId(), found.stamp()),
                                        new ReplicaFiles(found.data(), found.meta()),
                                        found.volume().store(),
                                        found.state())));
            }
        }
    }

    private static BlockKey key(SnapshotPool pool, long blockId, long stamp) {
        return new BlockKey(pool.blockPoolId(), blockId, stamp);
    }

    private static LiveReplica onDisk(BlockKey key, ReplicaFiles files, VolumeStore store, VersionState state)
            throws IOException {
        return new LiveReplica(
                key, Files.size(files.data()), state, ReplicaFileReader.readChecksumHeader(files.meta()), store, files);
    }
}
