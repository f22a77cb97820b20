/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode.rollback;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.hdfs.DFSConfigKeys;
import org.apache.hadoop.hdfs.HdfsConfiguration;
import org.apache.hadoop.hdfs.server.namenode.NameNode;
import org.apache.hadoop.hdfs.server.namenode.VolsnapOfflineBridge;
import org.apache.hadoop.hdfs.server.namenode.VolsnapOfflineBridge.Counters;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.volsnap.namenode.NamespaceSource;

/** In a process that has no NameNode, as the commands have none. */
class OfflineNamespaceTest {
    private static final String ATTRIBUTE = "trusted.volsnap.registry";

    @TempDir
    Path dir;

    @Test
    void countersAndAttributeThatWereSavedAreLoaded() throws Exception {
        Configuration conf = format();
        Counters raised;
        File image;
        try (VolsnapOfflineBridge namespace = VolsnapOfflineBridge.load(conf, dir.toFile())) {
            assertThat(namespace.rootAttribute(ATTRIBUTE)).isNull();
            Counters now = namespace.counters();
            raised = new Counters(
                    now.blockId() + 10,
                    now.stripedId() + 16,
                    now.stamp() + 10,
                    now.legacyStamp(),
                    now.legacyLimit(),
                    now.txid() + 1_000,
                    now.inodeId() + 100);
            namespace.raise(raised);
            namespace.setRootAttribute(ATTRIBUTE, new byte[] {1});
            namespace.setRootAttribute(ATTRIBUTE, new byte[] {1, 2, 3});
            image = namespace.save();
        }

        assertThat(image).hasName("fsimage_%019d".formatted(raised.txid()));
        assertThat(NamespaceSource.newest(List.of(image.toPath().getParent())).imageTxid())
                .isEqualTo(raised.txid());
        try (VolsnapOfflineBridge namespace = VolsnapOfflineBridge.load(conf, dir.toFile())) {
            assertThat(namespace.counters()).isEqualTo(raised);
            assertThat(namespace.rootAttribute(ATTRIBUTE)).containsExactly(1, 2, 3);
        }
    }

    @Test
    void anEmptyNamespaceHasNoFiles() throws Exception {
        Configuration conf = format();
        List<KeptFile> files = new ArrayList<>();

        try (KeptNamespace namespace = KeptNamespace.load(conf, dir.toFile())) {
            namespace.forEachFile(files::add);
            assertThat(namespace.blockPoolId()).startsWith("BP-");
        }

        assertThat(files).isEmpty();
    }

    private Configuration format() throws Exception {
        Configuration conf = new HdfsConfiguration();
        conf.set("fs.defaultFS", "hdfs://localhost:1");
        conf.set(DFSConfigKeys.DFS_NAMENODE_NAME_DIR_KEY, dir.toUri().toString());
        NameNode.format(conf);
        return conf;
    }
}
