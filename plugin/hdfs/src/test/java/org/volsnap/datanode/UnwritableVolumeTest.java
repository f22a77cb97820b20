/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;
import static org.volsnap.datanode.HadoopReplicas.POOL;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.hdfs.server.datanode.DataNode;
import org.apache.hadoop.hdfs.server.datanode.DataStorage;
import org.apache.hadoop.hdfs.server.datanode.StorageLocation;
import org.apache.hadoop.hdfs.server.datanode.fsdataset.FsDatasetSpi;
import org.apache.hadoop.hdfs.server.datanode.fsdataset.impl.AddBlockPoolException;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.volsnap.engine.EngineSettings;
import org.volsnap.model.ChunkGeometry;

/** A block pool that can't be brought into service at once, and disks that take writes or do not. */
class UnwritableVolumeTest {
    @TempDir
    Path root;

    private final TestParts parts = new TestParts();
    private HadoopReplicas hadoop;
    private VolsnapDataset dataset;

    @BeforeEach
    void open() throws IOException {
        DataNode dataNode = mock(DataNode.class);
        DataStorage storage = mock(DataStorage.class);
        when(storage.getClusterID()).thenReturn("CID-1");
        when(storage.getDatanodeUuid()).thenReturn("uuid-1");
        hadoop = new HadoopReplicas(root);
        when(hadoop.dataset.getFsVolumeReferences())
                .thenAnswer(call -> new FsDatasetSpi.FsVolumeReferences(List.of(hadoop.volume)));
        when(hadoop.volume.obtainReference()).thenAnswer(call -> hadoop.reference());
        EngineSettings settings = new EngineSettings(ChunkGeometry.ofSize(4096), 1);
        Joining joining = Joining.of(new Nameservices(dataNode), hadoop.dataset);
        dataset = new VolsnapDataset(
                hadoop.dataset,
                new SnapshotPools(
                        hadoop.dataset,
                        joining.rejoin(),
                        pool -> new PoolContext(pool, dataNode, storage, hadoop.dataset, parts, settings, joining)));
        parts.registryTrouble.add(new IOException("Read-only file system"));
    }

    @Test
    void aDiskThatTakesNoWritesIsLeftOutAndToldToHadoop() throws IOException {
        when(hadoop.volume.getStorageLocation())
                .thenReturn(StorageLocation.parse(root.resolve("gone").toString()));

        assertThatThrownBy(() -> dataset.addBlockPool(POOL, new Configuration(false)))
                .isInstanceOfSatisfying(
                        AddBlockPoolException.class,
                        e -> assertThat(e.getFailingVolumes()).containsOnlyKeys(hadoop.volume));

        verify(hadoop.dataset).handleVolumeFailures(Set.of(hadoop.volume));
        assertThat(parts.events).containsSubsequence("before scan", "volumes removed", "before scan", "after scan");
    }

    /** For another block pool, say, which was brought into service first. */
    @Test
    void aVolumeThatHadoopHasNotAnyMoreIsLetGo() throws IOException {
        when(hadoop.dataset.getFsVolumeReferences())
                .thenAnswer(call -> new FsDatasetSpi.FsVolumeReferences(List.of(hadoop.volume)))
                .thenAnswer(call -> new FsDatasetSpi.FsVolumeReferences(List.of()));

        dataset.addBlockPool(POOL, new Configuration(false));

        verify(hadoop.dataset, never()).handleVolumeFailures(any());
        assertThat(parts.events).containsSubsequence("before scan", "volumes removed", "before scan", "after scan");
    }

    @Test
    void whatAKillLeftOfAProbeIsNoTrouble() throws IOException {
        Files.createFile(root.resolve("volsnap-probe"));

        dataset.addBlockPool(POOL, new Configuration(false));

        verify(hadoop.dataset, never()).handleVolumeFailures(any());
        assertThat(root.resolve("volsnap-probe")).doesNotExist();
    }

    @Test
    void aDiskThatTakesWritesStays() throws IOException {
        dataset.addBlockPool(POOL, new Configuration(false));

        verify(hadoop.dataset, never()).handleVolumeFailures(any());
        assertThat(parts.events).containsSubsequence("before scan", "before scan", "after scan");
    }
}
