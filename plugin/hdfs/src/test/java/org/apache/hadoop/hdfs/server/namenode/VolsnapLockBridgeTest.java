/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.apache.hadoop.hdfs.server.namenode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.mockingDetails;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.mockito.invocation.Invocation;

/** Of the Hadoop version on the class path. */
class VolsnapLockBridgeTest {
    @ParameterizedTest
    @EnumSource(VolsnapLockBridge.class)
    void everyCallReachesTheNamesystemUnderItsName(VolsnapLockBridge part) {
        FSNamesystem namesystem = mock(FSNamesystem.class);

        part.readLock(namesystem);
        part.readUnlock(namesystem, "reading");
        part.writeLock(namesystem);
        part.writeUnlock(namesystem, "writing");

        List<Invocation> calls = List.copyOf(mockingDetails(namesystem).getInvocations());
        assertThat(calls)
                .extracting(call -> call.getMethod().getName())
                .containsExactly("readLock", "readUnlock", "writeLock", "writeUnlock");
        assertThat(calls).extracting(VolsnapLockBridgeTest::operation).containsExactly("", "reading", "", "writing");
        assertThat(calls)
                .extracting(VolsnapLockBridgeTest::mode)
                .allMatch(mode -> List.of("", part.name()).contains(mode));
    }

    @Test
    void whatTheNamesystemThrowsComesOutAsItIs() {
        IllegalMonitorStateException notHeld = new IllegalMonitorStateException("not held");
        FSNamesystem namesystem = mock(FSNamesystem.class, call -> {
            throw notHeld;
        });

        assertThatThrownBy(() -> VolsnapLockBridge.GLOBAL.writeUnlock(namesystem, "never locked"))
                .isSameAs(notHeld);
    }

    private static String operation(Invocation call) {
        return List.of(call.getArguments()).stream()
                .filter(String.class::isInstance)
                .map(String.class::cast)
                .findFirst()
                .orElse("");
    }

    /** Empty where the version has one lock for all. */
    private static String mode(Invocation call) {
        return List.of(call.getArguments()).stream()
                .filter(Enum.class::isInstance)
                .map(mode -> ((Enum<?>) mode).name())
                .findFirst()
                .orElse("");
    }
}
