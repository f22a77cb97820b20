/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.demo;

import java.io.IOException;
import java.nio.file.Path;
import org.volsnap.testing.ClusterBuilder;
import org.volsnap.testing.VolsnapCluster;

/** The cluster of the demo: a NameNode and three DataNodes with two storage volumes each, and blocks of 1 MiB. */
final class DemoCluster {
    static final long BLOCK_SIZE = 1 << 20;

    private DemoCluster() {}

    static VolsnapCluster start(Path directory) throws IOException {
        return builder(directory).build();
    }

    static ClusterBuilder builder(Path directory) {
        return VolsnapCluster.builder(directory).dataNodes(3).storageVolumes(2).blockSize(BLOCK_SIZE);
    }
}
