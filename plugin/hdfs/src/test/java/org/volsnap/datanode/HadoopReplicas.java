/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode;

import static org.mockito.ArgumentMatchers.anyLong;
import static org.mockito.ArgumentMatchers.anyString;
import static org.mockito.Mockito.lenient;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.hadoop.fs.StorageType;
import org.apache.hadoop.hdfs.server.common.HdfsServerConstants.ReplicaState;
import org.apache.hadoop.hdfs.server.datanode.FileIoProvider;
import org.apache.hadoop.hdfs.server.datanode.LocalReplicaInPipeline;
import org.apache.hadoop.hdfs.server.datanode.ReplicaBuilder;
import org.apache.hadoop.hdfs.server.datanode.ReplicaInfo;
import org.apache.hadoop.hdfs.server.datanode.StorageLocation;
import org.apache.hadoop.hdfs.server.datanode.fsdataset.FsDatasetSpi;
import org.apache.hadoop.hdfs.server.datanode.fsdataset.FsVolumeReference;
import org.apache.hadoop.hdfs.server.datanode.fsdataset.impl.FsVolumeImpl;

/** A dataset of Hadoop with a map of real replica objects over real files, on one storage volume. */
final class HadoopReplicas {
    static final String POOL = "BP-1";

    final Path root;
    final FsVolumeImpl volume = mock(FsVolumeImpl.class);
    final Map<Long, ReplicaInfo> map = new ConcurrentHashMap<>();

    @SuppressWarnings("unchecked")
    final FsDatasetSpi<FsVolumeImpl> dataset = mock(FsDatasetSpi.class);

    @SuppressWarnings("deprecation")
    HadoopReplicas(Path root) throws IOException {
        this.root = root;
        lenient().when(volume.getStorageLocation()).thenReturn(StorageLocation.parse(root.toString()));
        lenient().when(volume.getStorageType()).thenReturn(StorageType.DISK);
        lenient().when(volume.getFileIoProvider()).thenReturn(new FileIoProvider(null, null));
        when(dataset.getReplica(anyString(), anyLong())).thenAnswer(call -> map.get(call.<Long>getArgument(1)));
    }

    /** Files and map entry of a finalized replica. */
    ReplicaPair finalized(long blockId, long stamp, int length, int bytesPerChecksum) throws IOException {
        ReplicaPair pair = ReplicaPair.write(directory("finalized"), blockId, stamp, length, bytesPerChecksum);
        map.put(blockId, builder(ReplicaState.FINALIZED, pair, "finalized").build());
        return pair;
    }

    /** Files and map entry of a replica that is being written, with this much acknowledged. */
    ReplicaPair written(long blockId, long stamp, int length, int acknowledged) throws IOException {
        ReplicaPair pair = ReplicaPair.write(directory("rbw"), blockId, stamp, length, 512);
        LocalReplicaInPipeline replica = builder(ReplicaState.RBW, pair, "rbw")
                .setWriterThread(Thread.currentThread())
                .setBytesToReserve(0)
                .buildLocalReplicaInPipeline();
        replica.setNumBytes(length);
        replica.setBytesAcked(acknowledged);
        byte[] sums = pair.sums(0, length);
        replica.setLastChecksumAndDataLen(
                length, length % 512 == 0 ? null : java.util.Arrays.copyOfRange(sums, sums.length - 4, sums.length));
        map.put(blockId, replica);
        return pair;
    }

    /** Files and map entry of a replica that waits for recovery. */
    ReplicaPair waiting(long blockId, long stamp, int length) throws IOException {
        ReplicaPair pair = ReplicaPair.write(directory("rbw"), blockId, stamp, length, 512);
        map.put(blockId, builder(ReplicaState.RWR, pair, "rbw").build());
        return pair;
    }

    /** The recovery of a replica that is in the map begins. */
    void recover(long blockId, long recoveryId) {
        map.computeIfPresent(
                blockId,
                (id, replica) -> new ReplicaBuilder(ReplicaState.RUR)
                        .from(replica)
                        .setRecoveryId(recoveryId)
                        .build());
    }

    FsVolumeReference reference() {
        FsVolumeReference reference = mock(FsVolumeReference.class);
        when(reference.getVolume()).thenReturn(volume);
        return reference;
    }

    Path directory(String name) {
        return root.resolve("current").resolve(POOL).resolve("current").resolve(name);
    }

    private ReplicaBuilder builder(ReplicaState state, ReplicaPair pair, String directory) {
        File place = directory(directory).toFile();
        return new ReplicaBuilder(state)
                .setBlockId(pair.blockId)
                .setGenerationStamp(pair.stamp)
                .setLength(pair.bytes.length)
                .setFsVolume(volume)
                .setDirectoryToUse(place);
    }
}
