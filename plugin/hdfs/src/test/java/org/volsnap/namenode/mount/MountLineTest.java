/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode.mount;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.volsnap.namenode.mount.MountLine.Kind;

/** What the command and the process of a snapshot's NameNode say to each other. */
class MountLineTest {
    @Test
    void aLineIsReadAsItWasWrittenAndOthersAreNot() {
        MountLine ready = new MountLine(Kind.READY, "hdfs://here:1 0");
        assertThat(MountLine.parse(ready.toString())).contains(ready);
        assertThat(new MountLine(Kind.FAILED, "two\nlines").toString()).doesNotContain("\n");
        assertThat(MountLine.parse("INFO starting")).isEmpty();
    }

    @Test
    void aRequestIsReadAsItWasWritten() {
        MountRequest request = new MountRequest("nightly", 8020, "", Duration.ofSeconds(30));
        assertThat(MountRequest.parse(request.toArguments())).isEqualTo(request);
        assertThatIllegalArgumentException().isThrownBy(() -> new MountRequest("nightly", 65_536, "", Duration.ZERO));
    }

    @Test
    void nothingIsWaitedForWhenEveryBlockIsThereOrEveryDataNodeHasReported() {
        assertThat(new ReportedBlocks(10, 10, 0).isAll(3)).isTrue();
        assertThat(new ReportedBlocks(10, 9, 2).isAll(3)).isFalse();
        assertThat(new ReportedBlocks(10, 9, 3))
                .returns(true, reported -> reported.isAll(3))
                .returns(1L, ReportedBlocks::missing);
    }
}
