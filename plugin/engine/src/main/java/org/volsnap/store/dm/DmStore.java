/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.dm;

import static com.google.common.base.Preconditions.checkArgument;
import static com.google.common.base.Preconditions.checkState;
import static java.util.Objects.requireNonNull;

import com.google.common.base.Throwables;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.volsnap.model.Base;
import org.volsnap.model.ChunkContent;
import org.volsnap.model.VersionHeader;
import org.volsnap.store.ChunkLocation;
import org.volsnap.store.Device;
import org.volsnap.store.MergeRun;
import org.volsnap.store.OverflowPolicy;
import org.volsnap.store.SingleSnapshotStore;
import org.volsnap.store.StoreException;
import org.volsnap.store.StoreFullException;
import org.volsnap.store.StoreRecord;
import org.volsnap.store.StoreUsage;
import org.volsnap.store.device.ChunkDevice;
import org.volsnap.store.device.ChunkWriters;
import org.volsnap.store.device.DmStatus;

/**
 * The kernel's persistent exception store on a COW device (dm-snap-persistent.c). Safe for many threads after {@link
 * #replay}; replay ends before the first other verb begins. A {@link ChunkLocation} is the number of a chunk of the
 * device.
 *
 * <p>Durability, as {@link org.volsnap.store.ExceptionStore} promises it: data of the chunks, flush, entries in the area, flush, futures.
 * Futures complete in the order of {@link #prepareChunk}, when nothing is in flight or an area is full: between
 * prepareChunk and {@link #commitChunk} (or {@link #abandonChunk}) nobody may wait for another chunk's future. They complete
 * in a thread that writes chunks, which a continuation must not block.
 *
 * <p>After a write to the device has failed no exception is accepted any more. Freed chunks do not come back, and
 * records have no place in this format: only a loss is kept, as "not valid" in the header.
 */
public final class DmStore implements SingleSnapshotStore {
    private static final long NONE = -1;

    private final DmOptions options;
    private final ChunkDevice device;
    private final ChunkWriters writers;
    private final OriginChunks origin;
    private final MetadataArea area;
    private final GroupCommit commits;
    private final AtomicBoolean replayed = new AtomicBoolean();
    private volatile boolean valid;
    private volatile boolean closed;

    /** Where the origin's last chunk lies, if that is a short one. */
    private volatile long shortChunk = NONE;

    private DmStore(Device device, DmOptions options, DmFormat.Header header) {
        this.options = options;
        this.device = new ChunkDevice(options.id(), device, (int) header.chunkSectors());
        this.writers = new ChunkWriters(options.id(), options.writeThreads());
        this.origin = new OriginChunks(options.version().length(), this.device.chunkBytes());
        this.area = new MetadataArea(this.device);
        this.commits = new GroupCommit(this.device, area);
        this.valid = header.isValid();
    }

    /**
     * Opens the store on a device, or makes one where the magic is zero (persistent_read_metadata). The device stays the
     * caller's: closing the store does not close it.
     *
     * @throws StoreException when the device holds something else, or a chunk size is not possible
     */
    public static DmStore open(Device cow, DmOptions options) throws StoreException {
        return new DmStore(cow, options, DmHeaders.readOrMake(cow, options.id(), options.chunkSectors()));
    }

    @Override
    public String id() {
        return options.id();
    }

    /** Chunk size in sectors: that of the store, whatever was asked for. */
    public int chunkSectors() {
        return device.chunkSectors();
    }

    @Override
    public OverflowPolicy overflowPolicy() {
        return options.overflowPolicy();
    }

    @Override
    public boolean isMergeable() {
        return true;
    }

    /** Of an invalid store the chunks are not read, as in the kernel. */
    @Override
    public void replay(Replay into) throws StoreException {
        requireNonNull(into, "into is null");
        checkState(replayed.compareAndSet(false, true), "replay was called twice");
        VersionHeader version = options.version();
        into.record(new StoreRecord.VersionPreserved(version));
        long stamp = version.key().stamp();
        Base base = new Base(stamp, version.length(), stamp, version.length());
        into.record(new StoreRecord.BaseChanged(version.lineage(), base, 1));
        if (!valid) {
            into.record(new StoreRecord.VersionLost(version.number(), "the store is marked invalid"));
            commits.breakWith(new StoreException(id() + " is marked invalid"));
            return;
        }
        DmReplay exceptions = new DmReplay(device, origin);
        Damage damage = exceptions.run(area, (oldChunk, newChunk) -> {
            noteShort(oldChunk, newChunk);
            into.chunk(version.number(), oldChunk, new ChunkLocation(newChunk), origin.lengthOf(oldChunk));
        });
        commits.start(exceptions.nextFree(), exceptions.count());
        if (damage != null) {
            tellDamage(damage, into);
        }
    }

    private void tellDamage(Damage damage, Replay into) {
        String where = id() + " at byte " + damage.offset();
        into.damaged(where, damage.reason());
        into.record(new StoreRecord.VersionLost(options.version().number(), where + ": " + damage.reason()));
        commits.breakWith(new StoreException(where + ": " + damage.reason()));
    }

    private void noteShort(long oldChunk, long newChunk) {
        if (origin.isShort(oldChunk)) {
            shortChunk = newChunk;
        }
    }

    private void checkOpen() throws StoreException {
        if (closed) {
            throw new StoreException("the store " + id() + " is closed");
        }
        checkState(replayed.get(), "replay was not called");
    }

    private void checkVersion(long version) throws StoreException {
        if (version != options.version().number()) {
            throw new StoreException(
                    id() + " holds version " + options.version().number() + " only, not " + version);
        }
    }

    @Override
    public CompletableFuture<Void> commit(StoreRecord record) {
        try {
            checkOpen();
            if (record instanceof StoreRecord.VersionPreserved preserved) {
                checkVersion(preserved.header().number());
            } else if (record instanceof StoreRecord.VersionLost lost) {
                checkVersion(lost.version());
                invalidate(lost.reason());
            }
            return CompletableFuture.completedFuture(null);
        } catch (StoreException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    @Override
    public void prepareChunk(long version, long chunk) throws StoreException {
        checkOpen();
        checkVersion(version);
        Slot unused = take(chunk);
    }

    private Slot take(long chunk) throws StoreException {
        checkArgument(origin.has(chunk), "chunk %s is past the end of the origin", chunk);
        Slot slot = commits.take(chunk);
        if (slot == null) {
            throw new StoreFullException(
                    id() + " is full: " + device.sectors() + " sectors have no room for chunk " + chunk);
        }
        noteShort(chunk, slot.newChunk());
        return slot;
    }

    @Override
    public void abandonChunk(long version, long chunk) {
        commits.abandon(chunk);
    }

    /** Takes space too, if {@link #prepareChunk} was not called. */
    @Override
    public CompletableFuture<ChunkLocation> commitChunk(long version, long chunk, ChunkContent content) {
        try {
            checkOpen();
            checkVersion(version);
            ByteBuffer data = content.data();
            Slot slot = startWriting(chunk);
            writers.execute(() -> write(slot, data));
            return slot.done();
        } catch (StoreException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    private Slot startWriting(long chunk) throws StoreException {
        Slot slot = commits.startWriting(chunk);
        if (slot == null) {
            Slot unused = take(chunk);
            slot = commits.startWriting(chunk);
        }
        return requireNonNull(slot);
    }

    private void write(Slot slot, ByteBuffer data) {
        int length = origin.lengthOf(slot.oldChunk());
        try {
            checkArgument(data.remaining() == length, "chunk of %s bytes, not %s", data.remaining(), length);
            device.write(slot.newChunk(), 0, data);
        } catch (StoreException e) {
            commits.failed(slot, e);
            return;
        } catch (RuntimeException | Error e) {
            commits.failed(slot, new StoreException(id() + ": " + Throwables.getRootCause(e), e));
            return;
        }
        commits.written(slot);
    }

    @Override
    public ChunkContent read(ChunkLocation location) throws StoreException {
        checkOpen();
        ByteBuffer data = ByteBuffer.allocate(lengthAt(location));
        device.read(location.value(), 0, data);
        return ChunkContent.plain(data.flip());
    }

    private int lengthAt(ChunkLocation location) {
        return location.value() == shortChunk
                ? origin.lengthOf((origin.lengthBytes() - 1) / origin.chunkBytes())
                : origin.chunkBytes();
    }

    @Override
    public void overwrite(ChunkLocation location, int offset, ByteBuffer data) throws StoreException {
        checkOpen();
        checkArgument(
                offset >= 0 && offset + (long) data.remaining() <= lengthAt(location),
                "%s bytes from byte %s do not lie in a chunk",
                data.remaining(),
                offset);
        device.write(location.value(), offset, data);
    }

    @Override
    public void flush() throws StoreException {
        checkOpen();
        device.flush();
    }

    @Override
    public Optional<MergeRun> lastRun() throws StoreException {
        checkOpen();
        return commits.withArea(this::lastRun);
    }

    private Optional<MergeRun> lastRun(MetadataArea last) throws StoreException {
        if (last.count() == 0 && last.index() > 0) {
            Damage damage = last.load(last.index() - 1);
            if (damage != null || !last.isFull()) {
                throw new StoreException(id() + " at byte " + last.offsetOf(0) + ": a full metadata area has changed");
            }
        }
        return last.count() == 0 ? Optional.empty() : Optional.of(last.lastRun());
    }

    @Override
    public void removeMerged(MergeRun run) throws StoreException {
        checkOpen();
        MergeRun unused = commits.withArea(last -> {
            checkArgument(last.endsWith(run), "%s is not what was committed last", run);
            last.removeLast(run.count());
            commits.merged(run.count());
            return run;
        });
    }

    /** Marks the store invalid, for good (persistent_drop_snapshot). */
    @Override
    public void commitLoss(VersionHeader version, String reason) throws StoreException {
        checkVersion(version.number());
        invalidate(reason);
    }

    private void invalidate(String reason) throws StoreException {
        valid = false;
        commits.breakWith(new StoreException(id() + " was marked invalid: " + reason));
        DmHeaders.write(device, DmFormat.Header.of(false, device.chunkSectors()));
    }

    /** What {@code dmsetup status} prints (persistent_usage). */
    public DmStatus status() {
        return commits.status();
    }

    /** Live is what is committed, with its metadata; what is in flight or was abandoned is not. */
    @Override
    public StoreUsage usage() {
        DmStatus now = commits.status();
        long chunkBytes = device.chunkBytes();
        long metadata = now.metadataSectors() * ChunkDevice.SECTOR_BYTES;
        return new StoreUsage(
                metadata + commits.exceptions() * chunkBytes, now.sectorsAllocated() * ChunkDevice.SECTOR_BYTES);
    }

    /** Does nothing: this format gives no space back. */
    @Override
    public void compact() throws StoreException {
        checkOpen();
    }

    @Override
    public void close() {
        closed = true;
        commits.drain();
        writers.close();
    }
}
