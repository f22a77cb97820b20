/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.volsnap.model.VersionState;

class ReplicaDirectoriesTest {
    private static final String POOL = "BP-1";

    @TempDir
    Path disks;

    private PoolVolume first;
    private PoolVolume second;

    @BeforeEach
    void volumes() {
        first = new PoolVolume(disks.resolve("1"), AbsentStore.on(disks.resolve("1")));
        second = new PoolVolume(disks.resolve("2"), AbsentStore.on(disks.resolve("2")));
    }

    @Test
    void findsFinalizedAndWrittenReplicasOfAllStorageVolumes() throws IOException {
        write(first, "finalized/subdir0/subdir31", 1, 1001);
        write(first, "rbw", 2, 1002);
        write(second, "finalized/subdir4/subdir0", -3, 1003);
        write(second, "tmp", 4, 1004);

        List<ReplicaDirectories.Found> found = new ArrayList<>();
        directories().forEach(found::add);

        assertThat(found).extracting(ReplicaDirectories.Found::blockId).containsExactlyInAnyOrder(1L, 2L, -3L);
        assertThat(found)
                .filteredOn(each -> each.blockId() == 2)
                .singleElement()
                .satisfies(each -> {
                    assertThat(each.state()).isEqualTo(VersionState.OPEN);
                    assertThat(each.stamp()).isEqualTo(1002);
                    assertThat(each.data()).exists();
                    assertThat(each.volume()).isEqualTo(first);
                });
    }

    @Test
    void namesBlocksWithTwoReplicas() throws IOException {
        write(first, "finalized/subdir0/subdir0", 1, 1001);
        write(first, "finalized/subdir0/subdir0", 2, 1002);
        write(second, "finalized/subdir0/subdir0", 2, 1009);
        write(second, "rbw", 1, 1005);

        assertThat(directories().idsFoundTwice()).containsExactlyInAnyOrder(1L, 2L);
    }

    @Test
    void findsNothingWhereHadoopHasNoDirectoriesYet() throws IOException {
        assertThat(directories().idsFoundTwice()).isEmpty();
    }

    private ReplicaDirectories directories() {
        return new ReplicaDirectories(POOL, List.of(first, second));
    }

    private static void write(PoolVolume volume, String directory, long blockId, long stamp) throws IOException {
        ReplicaPair.write(volume.current(POOL).resolve(directory), blockId, stamp, 10, 512);
    }
}
