/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.hdfs.server.namenode.VolsnapNameNodeBridge;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What still runs when the edit log is closed waits for no edit: the NameNode's stop would wait for it. */
@Timeout(value = 2, unit = TimeUnit.MINUTES, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class StoppedNameNodeTest {
    private static final String ATTRIBUTE = ExpectedDatanodes.attribute(0);

    @TempDir
    Path dir;

    @Test
    void noAttributeIsSetOrRemovedAnyMore() throws Exception {
        try (StockCluster cluster = new StockCluster(dir, 0)) {
            VolsnapNameNodeBridge nameNode = new VolsnapNameNodeBridge(cluster.cluster.nameNode());
            set(nameNode);
            cluster.cluster.stopNameNode();

            assertThatThrownBy(() -> set(nameNode))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("it logs no edits");
            assertThatThrownBy(() -> nameNode.exclusively("test", () -> {
                        nameNode.removeRootAttribute(ATTRIBUTE);
                        return ATTRIBUTE;
                    }))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("it logs no edits");
        }
    }

    private static void set(VolsnapNameNodeBridge nameNode) throws IOException {
        nameNode.exclusively("test", () -> {
            nameNode.setRootAttribute(ATTRIBUTE, new byte[] {1});
            return ATTRIBUTE;
        });
    }
}
