/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode;

import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import org.apache.hadoop.hdfs.server.datanode.DataNode;
import org.apache.hadoop.hdfs.server.datanode.FsDatasetTestUtils;
import org.apache.hadoop.hdfs.server.datanode.fsdataset.FsDatasetSpi;
import org.apache.hadoop.hdfs.server.datanode.fsdataset.impl.FsDatasetImplTestUtils;

/**
 * Lets Hadoop's own tests damage replicas behind the decorator: they look for the class named by the key
 * {@code org.volsnap.datanode.VolsnapDatasetTestUtilsFactory} (FsDatasetTestUtils.Factory.getFactory).
 */
public final class VolsnapDatasetTestUtilsFactory extends FsDatasetTestUtils.Factory<FsDatasetTestUtils> {
    @Override
    public FsDatasetTestUtils newInstance(DataNode dataNode) {
        FsDatasetSpi<?> dataset = dataNode.getFSDataset();
        FsDatasetSpi<?> hadoops = hadoopsOwn(dataset);
        if (hadoops == dataset) {
            return new FsDatasetImplTestUtils(dataNode);
        }
        DataNode inside = mock(DataNode.class);
        when(inside.getFSDataset()).thenAnswer(call -> hadoops);
        return new FsDatasetImplTestUtils(inside);
    }

    private static FsDatasetSpi<?> hadoopsOwn(FsDatasetSpi<?> dataset) {
        FsDatasetSpi<?> inner = dataset;
        while (inner instanceof ForwardingDataset decorator) {
            inner = decorator.delegate();
        }
        return inner;
    }

    @Override
    public int getDefaultNumOfDataDirs() {
        return FsDatasetImplTestUtils.DEFAULT_NUM_OF_DATA_DIRS;
    }
}
