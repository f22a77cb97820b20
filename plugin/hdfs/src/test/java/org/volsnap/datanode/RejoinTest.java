/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.mockito.Mockito.mock;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.hadoop.hdfs.server.datanode.DataNode;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.volsnap.datanode.NameserviceList.Nameservice;

class RejoinTest {
    private static final String POOL = "BP-1";

    private final FakeNameservices nameservices = new FakeNameservices();
    private final Rejoin rejoin = new Rejoin(nameservices, Duration.ofMillis(1));

    @AfterEach
    void close() {
        rejoin.close();
    }

    private void awaitCalls(String... calls) {
        await().untilAsserted(() -> assertThat(nameservices.calls).containsExactly(calls));
    }

    @Test
    void aPoolLeavesAndJoinsAgainAndThenTheNextOne() {
        rejoin.request(POOL);
        rejoin.request("BP-2");
        awaitCalls("find BP-1", "leave", "join", "find BP-2", "leave", "join");
    }

    @Test
    void aPoolThatNobodyServesIsLeftAlone() {
        nameservices.served = false;
        rejoin.request(POOL);
        awaitCalls("find BP-1");
    }

    @Test
    void whatFailsIsTriedAgainAndShownMeanwhile() {
        nameservices.leavesToFail.set(Integer.MAX_VALUE);
        rejoin.request(POOL);
        await().untilAsserted(() -> assertThat(rejoin.problem(POOL).orElseThrow())
                .contains("restart this DataNode")
                .contains("no route"));
        assertThat(rejoin.problem("BP-2")).isEmpty();

        nameservices.joinsToFail.set(2);
        nameservices.leavesToFail.set(0);

        await().untilAsserted(() -> assertThat(nameservices.calls).endsWith("leave", "join", "join", "join"));
        await().untilAsserted(() -> assertThat(rejoin.problem(POOL)).isEmpty());
    }

    @Test
    void aStoppedDataNodeEndsIt() {
        nameservices.joinsToFail.set(Integer.MAX_VALUE);
        rejoin.request(POOL);
        await().until(() -> nameservices.calls.contains("join"));

        rejoin.close();

        await().until(rejoin::isEnded);
        assertThat(nameservices.calls).contains("join");
    }

    private static final class FakeNameservices extends Nameservices {
        final List<String> calls = new CopyOnWriteArrayList<>();
        final AtomicInteger leavesToFail = new AtomicInteger();
        final AtomicInteger joinsToFail = new AtomicInteger();
        volatile boolean served = true;

        FakeNameservices() {
            super(mock(DataNode.class));
        }

        @Override
        Optional<Membership> find(String blockPoolId) {
            calls.add("find " + blockPoolId);
            return served
                    ? Optional.of(new Membership(new Nameservice(null, Map.of(), Map.of()), () -> {}))
                    : Optional.empty();
        }

        @Override
        void leave(Membership membership) throws IOException {
            call("leave", leavesToFail);
        }

        @Override
        void join(Membership membership) throws IOException {
            call("join", joinsToFail);
        }

        private void call(String name, AtomicInteger toFail) throws IOException {
            calls.add(name);
            if (toFail.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                throw new IOException("no route");
            }
        }
    }
}
