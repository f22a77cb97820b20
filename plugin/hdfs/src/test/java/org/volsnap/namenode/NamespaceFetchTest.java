/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.apache.hadoop.hdfs.util.MD5FileUtils;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotProto;

/** What a NameNode takes from another one as the namespace of a snapshot, and what it doesn't. */
class NamespaceFetchTest {
    private static final String POOL = "BP-1";

    @TempDir
    Path dir;

    private static SnapshotProto snapshot() {
        return SnapshotProto.newBuilder()
                .setId(7)
                .setName("nightly")
                .setState(SnapshotState.ACTIVE.toProto())
                .setCreatedMillis(0)
                .setTxid(20)
                .build();
    }

    private NamespaceKeeper keeper() {
        NamespaceDirs dirs = new NamespaceDirs(List.of(dir.resolve("one"), dir.resolve("two")));
        return new NamespaceKeeper(dirs, List.of(), KeptEdits.linked(List.of()), POOL);
    }

    private static void files(Path directory, String pool, long seen) throws IOException {
        Path current = Files.createDirectories(directory.resolve("current"));
        Files.writeString(current.resolve("VERSION"), "blockpoolID=" + pool + "\n");
        Files.writeString(current.resolve("seen_txid"), seen + "\n");
        Path image = Files.writeString(current.resolve("fsimage_20"), "image");
        MD5FileUtils.saveMD5File(image.toFile(), MD5FileUtils.computeMd5ForFile(image.toFile()));
    }

    @Test
    void everyDirectoryGetsACopyOnce() throws IOException {
        keeper().complete(snapshot(), directory -> files(directory, POOL, 20));

        assertThat(dir.resolve("one/7-nightly/current/fsimage_20")).exists();
        assertThat(dir.resolve("two/7-nightly/current/fsimage_20")).exists();
        keeper().complete(snapshot(), directory -> {
            throw new AssertionError("nothing is missing");
        });
    }

    @Test
    void anotherSnapshotOfThatNameIsNotTaken() {
        assertThatThrownBy(() -> keeper().complete(snapshot(), directory -> files(directory, POOL, 30)))
                .hasMessageContaining("is not its namespace");
        assertThat(dir.resolve("one/7-nightly")).doesNotExist();
    }

    @Test
    void anotherBlockPoolsIsNotTaken() {
        assertThatThrownBy(() -> keeper().complete(snapshot(), directory -> files(directory, "BP-2", 20)))
                .hasMessageContaining("is not its namespace");
        assertThat(dir.resolve("one/7-nightly")).doesNotExist();
    }

    @Test
    void aDamagedImageIsNotTaken() {
        assertThatThrownBy(() -> keeper().complete(snapshot(), directory -> {
                    files(directory, POOL, 20);
                    Files.writeString(directory.resolve("current/fsimage_20"), "imagE");
                }))
                .isInstanceOf(IOException.class);
        assertThat(dir.resolve("one/7-nightly")).doesNotExist();
    }
}
