/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode.mount;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.volsnap.model.SnapshotId;
import org.volsnap.protocol.VirtualPool;

class MountKeeperTest {
    private static final Mount ONE = mount(1, "BP-1");
    private static final Mount TWO = mount(2, "BP-1");
    private static final Mount OTHERS = mount(3, "BP-2");

    private final FakeMemberships memberships = new FakeMemberships();
    private final MountKeeper keeper = new MountKeeper(memberships, Runnable::run);

    private static Mount mount(long id, String realPool) {
        return new Mount(VirtualPool.newId(id, 1000), realPool, SnapshotId.ofRegistry(id), "localhost:" + id);
    }

    private void follow(Mount... mounts) {
        keeper.follow("BP-1", List.of(mounts));
    }

    @Test
    void whatIsMountedIsJoinedAndLeftWhenItIsNotAnyMore() {
        follow(ONE, TWO);
        assertThat(memberships.calls).containsExactlyInAnyOrder("join " + ONE, "join " + TWO);
        assertThat(keeper.find(ONE.blockPoolId())).contains(ONE);

        memberships.calls.clear();
        follow(ONE, TWO);
        assertThat(memberships.calls).isEmpty();

        follow(TWO);
        assertThat(memberships.calls).containsExactly("leave " + ONE.blockPoolId(), "delete " + ONE.blockPoolId());
        assertThat(keeper.find(ONE.blockPoolId())).isEmpty();
        assertThat(memberships.served).containsExactly(TWO.blockPoolId());
    }

    @Test
    void whatSomebodyElseHasDroppedIsJoinedAgain() {
        follow(ONE);
        memberships.served.clear();
        follow(ONE);
        assertThat(memberships.calls).containsExactly("join " + ONE, "join " + ONE);
    }

    @Test
    void theMountsOfAnotherBlockPoolAreLeftAlone() {
        keeper.follow("BP-2", List.of(OTHERS));
        follow(ONE);
        follow();
        assertThat(memberships.served).containsExactly(OTHERS.blockPoolId());
    }

    @Test
    void whatAnEndedMountLeftBehindIsRemovedAtTheStart() {
        memberships.directories.addAll(Set.of(ONE.blockPoolId(), TWO.blockPoolId()));
        follow(TWO);
        assertThat(memberships.directories).containsExactly(TWO.blockPoolId());
    }

    @Test
    void whatFailsIsShownAndTriedWithTheNextPoll() {
        memberships.failing = true;
        follow(ONE);
        assertThat(keeper.problem().orElseThrow()).contains("can't join").contains("no route");
        memberships.failing = false;
        follow(ONE);
        assertThat(keeper.problem()).isEmpty();
        assertThat(memberships.served).containsExactly(ONE.blockPoolId());
    }

    /** Remembers what it is told. */
    private static final class FakeMemberships implements MountMemberships {
        private final List<String> calls = new ArrayList<>();
        private final Set<String> served = new TreeSet<>();
        private final Set<String> directories = new TreeSet<>();
        private boolean failing;

        @Override
        public Set<String> served() {
            return Set.copyOf(served);
        }

        @Override
        public void join(Mount mount) throws IOException {
            if (failing) {
                throw new IOException("no route");
            }
            calls.add("join " + mount);
            served.add(mount.blockPoolId());
            directories.add(mount.blockPoolId());
        }

        @Override
        public void leave(String blockPoolId) {
            calls.add("leave " + blockPoolId);
            served.remove(blockPoolId);
        }

        @Override
        public Set<String> directories() {
            return Set.copyOf(directories);
        }

        @Override
        public void deleteDirectories(String blockPoolId) {
            calls.add("delete " + blockPoolId);
            directories.remove(blockPoolId);
        }
    }
}
