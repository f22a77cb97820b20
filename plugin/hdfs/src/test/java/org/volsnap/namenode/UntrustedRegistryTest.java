/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode;

import static org.mockito.Mockito.RETURNS_DEEP_STUBS;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.never;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.verifyNoInteractions;
import static org.mockito.Mockito.when;

import java.io.IOException;
import java.time.Clock;
import java.util.Optional;
import org.apache.hadoop.hdfs.server.namenode.VolsnapNameNodeBridge;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** While the registry can't be trusted nothing is removed in the background, and nothing is tried in vain. */
class UntrustedRegistryTest {
    private final RegistryKeeper registry = mock(RegistryKeeper.class);
    private final NamespaceKeeper namespaces = mock(NamespaceKeeper.class);
    private final VolsnapNameNodeBridge nameNode = mock(VolsnapNameNodeBridge.class);

    @BeforeEach
    void aRegistryWithAProblem() {
        when(registry.problem()).thenReturn(Optional.of("it is lost"));
    }

    @Test
    void aRoundOfHousekeepingReadsItAgainAndEndsThere() throws IOException {
        NameNodeParts parts = mock(NameNodeParts.class, RETURNS_DEEP_STUBS);
        when(parts.registry()).thenReturn(registry);
        when(parts.takeover().serve()).thenReturn(true);

        new Housekeeping(parts, mock(ServiceAcl.class)).run();

        verify(registry).reload();
        verify(parts, never()).leftovers();
        verify(parts, never()).deleter();
        verify(parts, never()).followUp();
    }

    @Test
    void noDeletionIsFinished() {
        new SnapshotDeleter(nameNode, registry, mock(DatanodeTracker.class), namespaces).housekeep();

        verify(registry, never()).current();
        verifyNoInteractions(namespaces);
    }

    @Test
    void aSnapshotThatFailedStaysUntilTheRegistryIsBack() {
        new SnapshotCreator(
                        nameNode,
                        registry,
                        mock(AckBarrier.class),
                        namespaces,
                        mock(UpgradeWatch.class),
                        Clock.systemUTC())
                .abandon(1);

        verify(registry, never()).current();
        verifyNoInteractions(namespaces);
    }
}
