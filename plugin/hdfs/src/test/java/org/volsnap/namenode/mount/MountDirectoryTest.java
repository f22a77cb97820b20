/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode.mount;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class MountDirectoryTest {
    @TempDir
    Path parent;

    @Test
    void itGoesWhenItIsClosedAndWhatAKilledProcessLeftGoesWithTheNext() throws IOException {
        Path abandoned = Files.createDirectories(parent.resolve("volsnap-mounted-1/name/current"));
        Files.createFile(parent.resolve("volsnap-mounted-1/lock"));
        Path beingMade = Files.createDirectory(parent.resolve("volsnap-mounted-2"));
        Path another = Files.createDirectory(parent.resolve("else"));

        MountDirectory first = MountDirectory.create(parent);
        MountDirectory second = MountDirectory.create(parent);
        Files.createDirectories(first.nameDir());

        assertThat(abandoned).doesNotExist();
        assertThat(beingMade).exists();
        first.close();
        assertThat(first.nameDir().getParent()).doesNotExist();
        assertThat(second.nameDir().getParent()).exists();
        second.close();
        assertThat(parent).isDirectoryNotContaining(path -> !path.equals(beingMade) && !path.equals(another));
    }

    @Test
    void aCopiedNamespaceGetsAnotherBlockPool() throws IOException {
        Path version = Files.createDirectories(parent.resolve("current")).resolve("VERSION");
        Files.writeString(version, "clusterID=CID-1\nblockpoolID=BP-1-127.0.0.1-1\n");

        assertThat(NamespaceVersion.replaceBlockPoolId(parent, "BP-2")).isEqualTo("BP-1-127.0.0.1-1");

        Properties properties = new Properties();
        properties.load(Files.newBufferedReader(version));
        assertThat(properties).containsEntry("clusterID", "CID-1").containsEntry("blockpoolID", "BP-2");
    }
}
