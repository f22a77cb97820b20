/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.hdfs.util.MD5FileUtils;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.volsnap.protocol.RefusedException;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotProto;

class NamespaceKeeperTest {
    private static final String POOL = "BP-1";

    @TempDir
    Path dir;

    private Path current;

    @BeforeEach
    void aNameNodesDirectory() throws IOException {
        current = Files.createDirectories(dir.resolve("name/current"));
        Files.writeString(current.resolve("VERSION"), "blockpoolID=" + POOL + "\n");
        for (long txid : new long[] {20, 30}) {
            Path image = Files.writeString(current.resolve("fsimage_" + txid), "image of " + txid);
            MD5FileUtils.saveMD5File(image.toFile(), MD5FileUtils.computeMd5ForFile(image.toFile()));
        }
    }

    private NamespaceKeeper keeper(String... roots) {
        NamespaceDirs dirs =
                new NamespaceDirs(List.of(roots).stream().map(dir::resolve).toList());
        return new NamespaceKeeper(dirs, List.of(current), KeptEdits.linked(List.of(current)), POOL);
    }

    private static SnapshotProto snapshot(long txid) {
        return SnapshotProto.newBuilder()
                .setId(1)
                .setName("s")
                .setState(SnapshotState.MARKED.toProto())
                .setCreatedMillis(0)
                .setTxid(txid)
                .build();
    }

    @Test
    void aKeptNamespaceIsRemovedWithItsSnapshot() throws IOException {
        keeper("one", "two").keep(snapshot(20));
        assertThat(dir.resolve("one/1-s/current/fsimage_20")).exists();

        keeper("one", "two").remove(snapshot(20));
        assertThat(dir.resolve("one")).isEmptyDirectory();
        assertThat(dir.resolve("two")).isEmptyDirectory();
    }

    /** The registry was lost, and the id was given out a second time. */
    @Test
    void theNamespaceOfAnotherSnapshotUnderTheSameNameOutlivesTheRefusalAndTheClearingUp() throws IOException {
        keeper("two").keep(snapshot(20));

        assertThatThrownBy(() -> keeper("one", "two").keep(snapshot(30)))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("two/1-s is there already");
        keeper("one", "two").remove(snapshot(30));
        keeper("one", "two").remove(snapshot(30).toBuilder().clearTxid().build());

        assertThat(dir.resolve("two/1-s/current/fsimage_20")).exists();
        assertThat(dir.resolve("one")).doesNotExist();
    }
}
