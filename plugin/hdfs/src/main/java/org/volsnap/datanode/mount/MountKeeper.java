/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode.mount;

import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.toSet;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.Maps;
import java.io.IOException;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps this DataNode in the virtual block pools of the snapshots that are mounted, and in no others: what the registries
 * say is compared with what is served after every poll, so that a mount outlives a restart of the DataNode and {@code
 * hdfs dfsadmin -refreshNamenodes}, which drops it. Safe for many threads; changes are made in one thread that is shared
 * with everything else that changes nameservices.
 */
public final class MountKeeper {
    private static final Logger LOG = LoggerFactory.getLogger(MountKeeper.class);

    private final MountMemberships memberships;
    private final Executor changes;
    private final ConcurrentMap<String, ImmutableMap<String, Mount>> wanted = new ConcurrentHashMap<>();
    private final AtomicBoolean changing = new AtomicBoolean();
    private volatile boolean swept;
    private volatile @Nullable String problem;

    /** @param changes runs one after the other what changes the nameservices of this DataNode */
    public MountKeeper(MountMemberships memberships, Executor changes) {
        this.memberships = requireNonNull(memberships, "memberships is null");
        this.changes = requireNonNull(changes, "changes is null");
    }

    /** The registry of a block pool says what is mounted of it. Returns at once; what fails is tried with the next call. */
    public void follow(String realPool, Collection<Mount> mounts) {
        wanted.put(realPool, ImmutableMap.copyOf(Maps.uniqueIndex(mounts, Mount::blockPoolId)));
        if ((!swept || !memberships.served().equals(wantedPools())) && changing.compareAndSet(false, true)) {
            try {
                changes.execute(this::change);
            } catch (RejectedExecutionException e) {
                LOG.debug("the DataNode is stopped: nothing is joined or left any more", e);
            }
        }
    }

    /** What is mounted under this virtual block pool, as far as the registries are known here. */
    public Optional<Mount> find(String blockPoolId) {
        return wanted.values().stream()
                .flatMap(mounts -> Optional.ofNullable(mounts.get(blockPoolId)).stream())
                .findFirst();
    }

    /** What keeps this DataNode from joining or leaving a mounted snapshot. */
    public Optional<String> problem() {
        return Optional.ofNullable(problem);
    }

    private Set<String> wantedPools() {
        return wanted.values().stream()
                .flatMap(mounts -> mounts.keySet().stream())
                .collect(toSet());
    }

    private void change() {
        try {
            leaveAndJoin();
            sweep();
            problem = null;
        } catch (IOException | RuntimeException e) {
            problem = "can't join or leave a mounted snapshot: " + e.getMessage();
            LOG.warn("can't join or leave a mounted snapshot, trying again", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            changing.set(false);
        }
    }

    private void leaveAndJoin() throws IOException, InterruptedException {
        Set<String> served = memberships.served();
        for (String blockPoolId : served) {
            if (find(blockPoolId).isEmpty()) {
                LOG.info("leaving mounted snapshot {}", blockPoolId);
                memberships.leave(blockPoolId);
                swept = false;
            }
        }
        for (Map<String, Mount> mounts : wanted.values()) {
            for (Mount mount : mounts.values()) {
                if (!served.contains(mount.blockPoolId())) {
                    LOG.info("joining mounted snapshot {}", mount);
                    memberships.join(mount);
                }
            }
        }
    }

    /** Also what was left over by mounts that ended while this DataNode was down. */
    private void sweep() throws IOException {
        if (swept) {
            return;
        }
        Set<String> served = memberships.served();
        for (String blockPoolId : memberships.directories()) {
            if (!served.contains(blockPoolId) && find(blockPoolId).isEmpty()) {
                LOG.info("removing the directories of {}, which is not mounted any more", blockPoolId);
                memberships.deleteDirectories(blockPoolId);
            }
        }
        swept = true;
    }
}
