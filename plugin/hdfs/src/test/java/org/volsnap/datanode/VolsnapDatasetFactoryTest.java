/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.Mockito.mock;

import java.io.IOException;
import java.nio.file.Path;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.hdfs.DFSConfigKeys;
import org.apache.hadoop.hdfs.server.datanode.DataNode;
import org.apache.hadoop.hdfs.server.datanode.DataStorage;
import org.apache.hadoop.hdfs.server.datanode.fsdataset.FsDatasetSpi;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.volsnap.conf.VolsnapKeys;

class VolsnapDatasetFactoryTest {
    private final Configuration conf = new Configuration(false);
    private final VolsnapDatasetFactory factory = new VolsnapDatasetFactory();

    @TempDir
    Path disk;

    @Test
    void hadoopFindsItUnderItsOwnKey() {
        conf.set(DFSConfigKeys.DFS_DATANODE_FSDATASET_FACTORY_KEY, VolsnapDatasetFactory.class.getName());

        assertThat(FsDatasetSpi.Factory.getFactory(conf)).isInstanceOf(VolsnapDatasetFactory.class);
    }

    @Test
    void aStorageVolumeInMemoryIsRefusedAtStart() {
        conf.set(DFSConfigKeys.DFS_DATANODE_DATA_DIR_KEY, "[DISK]" + disk + ",[RAM_DISK]/mnt/ram");

        assertThatThrownBy(this::start)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("volsnap can't work with storage volumes in memory")
                .hasMessageContaining("/mnt/ram");
    }

    @Test
    void aChunkSizeThatIsNoPowerOfTwoIsRefusedAtStart() {
        conf.set(DFSConfigKeys.DFS_DATANODE_DATA_DIR_KEY, disk.toString());
        conf.set(VolsnapKeys.CHUNK_SIZE, "60k");

        assertThatThrownBy(this::start)
                .isInstanceOf(IOException.class)
                .hasMessageContaining("power of two")
                .hasMessageContaining("61440");
    }

    @Test
    void aSillyNumberOfCopyThreadsIsRefusedAtStart() {
        conf.set(DFSConfigKeys.DFS_DATANODE_DATA_DIR_KEY, disk.toString());
        conf.setInt(VolsnapKeys.COPY_THREADS, 0);

        assertThatThrownBy(this::start).isInstanceOf(IOException.class).hasMessageContaining("copyThreads");
    }

    private FsDatasetSpi<?> start() throws IOException {
        return factory.newInstance(mock(DataNode.class), mock(DataStorage.class), conf);
    }
}
