/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.dm;

import com.google.common.base.Throwables;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.volsnap.store.ChunkLocation;
import org.volsnap.store.StoreException;
import org.volsnap.store.device.ChunkDevice;
import org.volsnap.store.device.DmStatus;

/**
 * Takes space, and commits exceptions in the order in which it was taken: when none is in flight any more, or an area is
 * full (persistent_prepare_exception, persistent_commit_exception, and the order of copy_callback in dm-snap.c). Safe
 * for many threads.
 *
 * <p>The thread that settles the last slot writes the metadata, with no lock held, and completes the futures. As in the
 * kernel nothing is committed beside it, but space can be taken. One failed write is the end: all that is in flight
 * fails, and all that comes.
 */
final class GroupCommit {
    private final Object lock = new Object();
    private final ChunkDevice device;
    private final int entriesPerArea;

    /** Confined to who has the committer's role, see {@link #acquireLocked}. */
    private final MetadataArea area;

    @GuardedBy("lock")
    private final SlotQueue inFlight = new SlotQueue();

    /** Settled in order, waiting for the others in flight. */
    @GuardedBy("lock")
    private List<Slot> group = new ArrayList<>();

    @GuardedBy("lock")
    private long nextFree = DmFormat.FIRST_DATA_CHUNK;

    /** What the status shows; a merge makes it less than {@link #nextFree}, which only grows. */
    @GuardedBy("lock")
    private long shownNextFree = DmFormat.FIRST_DATA_CHUNK;

    @GuardedBy("lock")
    private long areaIndex;

    @GuardedBy("lock")
    private long committed;

    @GuardedBy("lock")
    private boolean committing;

    @GuardedBy("lock")
    private @Nullable StoreException broken;

    GroupCommit(ChunkDevice device, MetadataArea area) {
        this.device = device;
        this.area = area;
        this.entriesPerArea = DmFormat.entriesPerArea(device.chunkBytes());
    }

    /** Goes on where a replay has ended, with the area it has loaded. */
    void start(long nextFreeChunk, long exceptions) {
        synchronized (lock) {
            nextFree = DmFormat.skipArea(nextFreeChunk, entriesPerArea);
            shownNextFree = nextFree;
            areaIndex = area.index();
            committed = exceptions;
        }
    }

    /** Makes all that is in flight fail, and all that comes. The first cause stays. */
    void breakWith(StoreException cause) {
        synchronized (lock) {
            breakLocked(cause);
        }
        settle();
    }

    @GuardedBy("lock")
    private void breakLocked(StoreException cause) {
        if (broken == null) {
            broken = cause;
        }
    }

    /** Takes the next free chunk; null when there is none. */
    @Nullable
    Slot take(long oldChunk) throws StoreException {
        synchronized (lock) {
            checkWholeLocked();
            if (inFlight.find(oldChunk) != null) {
                throw new StoreException("chunk " + oldChunk + " is in flight already");
            }
            if (!device.hasChunk(nextFree)) {
                return null;
            }
            Slot slot = new Slot(oldChunk, nextFree);
            nextFree = DmFormat.skipArea(nextFree + 1, entriesPerArea);
            shownNextFree = nextFree;
            inFlight.add(slot);
            return slot;
        }
    }

    @GuardedBy("lock")
    private void checkWholeLocked() throws StoreException {
        if (broken != null) {
            throw failureFrom(broken);
        }
    }

    private static StoreException failureFrom(StoreException cause) {
        return new StoreException("the store takes no more exceptions: " + cause.getMessage(), cause);
    }

    /** The slot that was taken for a chunk, on its way to the device from now on; null when there is none. */
    @Nullable
    Slot startWriting(long oldChunk) throws StoreException {
        synchronized (lock) {
            Slot slot = inFlight.find(oldChunk);
            if (slot != null) {
                if (slot.state() != Slot.State.TAKEN) {
                    throw new StoreException("chunk " + oldChunk + " is committed already");
                }
                slot.become(Slot.State.WRITING);
            }
            return slot;
        }
    }

    void written(Slot slot) {
        synchronized (lock) {
            slot.become(Slot.State.WRITTEN);
        }
        settle();
    }

    void failed(Slot slot, StoreException cause) {
        synchronized (lock) {
            slot.fail(cause);
        }
        settle();
    }

    /** Its chunk stays unused; nothing happens when its data is on the way already. */
    void abandon(long oldChunk) {
        synchronized (lock) {
            Slot slot = inFlight.find(oldChunk);
            if (slot != null && slot.state() == Slot.State.TAKEN) {
                slot.become(Slot.State.ABANDONED);
            }
        }
        settle();
    }

    /** Commits as long as there is something to commit and nobody else does. */
    private void settle() {
        boolean more = true;
        while (more) {
            List<Slot> taken;
            StoreException failure;
            synchronized (lock) {
                taken = committing ? List.of() : nextGroupLocked();
                more = !taken.isEmpty();
                failure = broken;
                if (more) {
                    committing = true;
                }
                lock.notifyAll();
            }
            if (more) {
                commit(taken, failure);
            }
        }
    }

    @GuardedBy("lock")
    private List<Slot> nextGroupLocked() {
        boolean full = false;
        Slot slot;
        while (!full && (slot = inFlight.pollSettled()) != null) {
            if (slot.failure() != null) {
                breakLocked(slot.failure());
            }
            if (slot.state() != Slot.State.ABANDONED) {
                group.add(slot);
                full = !area.hasRoomFor(group.size() + 1);
            }
        }
        if (!full && broken == null && !inFlight.isEmpty()) {
            return List.of();
        }
        List<Slot> next = group;
        group = new ArrayList<>();
        return next;
    }

    private void commit(List<Slot> slots, @Nullable StoreException before) {
        StoreException failure = before == null ? write(slots) : before;
        synchronized (lock) {
            committing = false;
            areaIndex = area.index();
            if (failure == null) {
                committed += slots.size();
            } else {
                breakLocked(failure);
            }
        }
        for (Slot slot : slots) {
            if (failure == null) {
                slot.done().complete(new ChunkLocation(slot.newChunk()));
            } else {
                StoreException own = slot.failure();
                slot.done().completeExceptionally(own == null ? failureFrom(failure) : own);
            }
        }
    }

    private @Nullable StoreException write(List<Slot> slots) {
        try {
            slots.forEach(slot -> area.add(slot.oldChunk(), slot.newChunk()));
            area.commit();
            return null;
        } catch (StoreException e) {
            return e;
        } catch (RuntimeException | Error e) {
            return new StoreException("could not commit: " + Throwables.getRootCause(e), e);
        }
    }

    /** Work on the area while nothing is in flight. */
    interface AreaTask<T> {
        T run(MetadataArea area) throws StoreException;
    }

    /** Does something with the area in the committer's role. */
    <T> T withArea(AreaTask<T> task) throws StoreException {
        synchronized (lock) {
            checkWholeLocked();
            acquireLocked();
        }
        try {
            return task.run(area);
        } finally {
            synchronized (lock) {
                committing = false;
                areaIndex = area.index();
            }
            settle();
        }
    }

    @GuardedBy("lock")
    private void acquireLocked() throws StoreException {
        if (committing || !inFlight.isEmpty()) {
            throw new StoreException("exceptions are in flight");
        }
        committing = true;
    }

    /**
     * Exceptions were taken off the end: the status shows what would be allocated had all the others been committed in
     * order, as the kernel's does (persistent_commit_merge). Call it in the committer's role.
     */
    void merged(int exceptions) {
        synchronized (lock) {
            committed -= exceptions;
            shownNextFree = DmFormat.areaChunk(area.index(), entriesPerArea) + area.count() + 1;
            areaIndex = area.index();
        }
    }

    /** What is taken and not on its way to the device is abandoned; returns when nothing is in flight any more. */
    void drain() {
        synchronized (lock) {
            for (Slot slot : inFlight.all()) {
                if (slot.state() == Slot.State.TAKEN) {
                    slot.become(Slot.State.ABANDONED);
                }
            }
        }
        settle();
        boolean interrupted = false;
        synchronized (lock) {
            while (committing || !inFlight.isEmpty()) {
                try {
                    lock.wait();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    DmStatus status() {
        synchronized (lock) {
            return new DmStatus(
                    shownNextFree * device.chunkSectors(), device.sectors(), (areaIndex + 2) * device.chunkSectors());
        }
    }

    /** Committed exceptions. */
    long exceptions() {
        synchronized (lock) {
            return committed;
        }
    }
}
