/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.time.Clock;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.volsnap.protocol.RefusedException;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotProto;

/**
 * Takes a snapshot in every slot of {@link WindowSettings}, and deletes those of its own that are over; never the newest, so
 * that something is left where creations fail. What is due follows from the registry alone, so it goes on after a failover
 * or a restart as if nothing had been. A slot in which nothing could be done is gone. A creation that fails is not tried
 * again in the slot in which it ended, and one that takes longer than a slot leaves the rest of its last one free. For one
 * thread.
 */
final class RollingWindow implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(RollingWindow.class);
    private static final long NONE = Long.MIN_VALUE;

    /** What the window is about. */
    interface Snapshots {
        /** Whether this NameNode is active and nothing keeps snapshots from being taken and deleted. */
        boolean areChangeable() throws IOException;

        Registry registry();

        /** False when it was not begun: something else is running, and it is to be tried again soon. */
        boolean create(String name) throws IOException;

        /**
         * Begins to; false as for {@link #create}.
         *
         * @throws RefusedException when somebody needs it
         */
        boolean delete(String name) throws IOException;
    }

    private final Snapshots snapshots;
    private final WindowSettings settings;
    private final WindowLog log;
    private final Clock clock;

    /** The slot in which the last try of this process ended. */
    private long tried = NONE;

    RollingWindow(Snapshots snapshots, WindowSettings settings, WindowLog log, Clock clock) {
        this.snapshots = requireNonNull(snapshots, "snapshots is null");
        this.settings = requireNonNull(settings, "settings is null");
        this.log = requireNonNull(log, "log is null");
        this.clock = requireNonNull(clock, "clock is null");
    }

    /** To be called often, several times in an interval. */
    @Override
    public void run() {
        try {
            if (!settings.isOff() && snapshots.areChangeable()) {
                deleteWhatIsOver();
                createIfDue();
            }
        } catch (IOException | RuntimeException e) {
            LOG.warn("the rolling window can't go on, it is tried again", e);
        }
    }

    private void deleteWhatIsOver() throws IOException {
        long now = clock.millis();
        List<SnapshotProto> active = own().stream()
                .filter(snapshot -> SnapshotState.of(snapshot.getState()) == SnapshotState.ACTIVE)
                .toList();
        for (SnapshotProto snapshot : active.subList(0, Math.max(0, active.size() - 1))) {
            if (settings.isOver(snapshot.getCreatedMillis(), now)) {
                delete(snapshot.getName());
            }
        }
    }

    private void delete(String name) throws IOException {
        try {
            if (snapshots.delete(name)) {
                LOG.info("snapshot {} of the rolling window is over", name);
            }
        } catch (RefusedException e) {
            LOG.debug("snapshot {} of the rolling window stays for now: {}", name, e.getMessage());
        }
    }

    private void createIfDue() {
        long slot = settings.slot(clock.millis());
        if (slot == tried || slot == newestSlot()) {
            return;
        }
        String name = SnapshotNames.ofWindow(clock);
        try {
            if (!snapshots.create(name)) {
                return;
            }
            log.created();
            LOG.info("took snapshot {} of the rolling window", name);
        } catch (IOException | RuntimeException e) {
            log.failed(clock.millis(), e);
            LOG.warn(
                    "snapshot {} of the rolling window was not taken, the next one is due in the next interval",
                    name,
                    e);
        }
        tried = settings.slot(clock.millis());
    }

    /** A clock that was set back makes another slot too: at worst there is one snapshot more. */
    private long newestSlot() {
        List<SnapshotProto> own = own();
        return own.isEmpty() ? NONE : settings.slot(own.get(own.size() - 1).getCreatedMillis());
    }

    /** Oldest first. */
    private List<SnapshotProto> own() {
        return snapshots.registry().snapshots().stream()
                .filter(SnapshotProto::getWindow)
                .toList();
    }
}
