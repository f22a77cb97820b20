/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.volsnap.model.SnapshotId;
import org.volsnap.model.VersionHeader;
import org.volsnap.store.VersionLostException;

/** A merge out of a store that can't be read: lost where the disk says so, to be tried again where something else does. */
class MergeUnreadableTest {
    private static final long BLOCK = EngineBench.BLOCK;

    @TempDir
    Path directory;

    @Test
    void aSectorThatCannotBeReadLosesTheVersionAndLeavesTheReplica() throws Exception {
        assertMergeFails(new IOException("Input/output error"), VersionLostException.class);
    }

    @Test
    void anInterruptedReadLosesNothing() throws Exception {
        assertMergeFails(new ClosedByInterruptException(), ClosedByInterruptException.class);
    }

    private void assertMergeFails(IOException failure, Class<? extends IOException> expected) throws Exception {
        FaultyStore[] store = new FaultyStore[1];
        try (EngineBench bench =
                new EngineBench(directory, 1, real -> store[0] = new FaultyStore(real), replicas -> replicas)) {
            bench.create(BLOCK, EngineBench.bytes(5_000, 1));
            SnapshotId snapshot = bench.snapshot(1);
            bench.truncate(BLOCK, 0);
            VersionHeader version =
                    bench.engine().versions(snapshot).stream().findFirst().orElseThrow();
            store[0].readFailure = failure;

            assertThatThrownBy(() ->
                            bench.engine().merge(version, bench.origin.replica(BLOCK), bench.origin.writer(BLOCK, -1)))
                    .isInstanceOf(expected);

            assertThat(bench.origin.data(BLOCK)).isEmpty();
        }
    }
}
