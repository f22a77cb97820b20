/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.doThrow;
import static org.mockito.Mockito.spy;

import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.volsnap.model.SnapshotId;
import org.volsnap.model.VersionHeader;
import org.volsnap.store.ExceptionStore;
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
        ExceptionStore[] store = new ExceptionStore[1];
        try (EngineBench bench = new EngineBench(directory, 1, real -> store[0] = spy(real), replicas -> replicas)) {
            bench.create(BLOCK, EngineBench.bytes(5_000, 1));
            SnapshotId snapshot = bench.snapshot(1);
            bench.truncate(BLOCK, 0);
            VersionHeader version =
                    bench.engine().versions(snapshot).stream().findFirst().orElseThrow();
            doThrow(failure).when(store[0]).readAll(any());

            assertThatThrownBy(() ->
                            bench.engine().merge(version, bench.origin.replica(BLOCK), bench.origin.writer(BLOCK, -1)))
                    .isInstanceOf(expected);

            assertThat(bench.origin.data(BLOCK)).isEmpty();
        }
    }
}
