/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.memory;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
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
 * The kernel's transient store (dm-snap-transient.c, type N): chunks on a device, their table nowhere but in the engine.
 * No header, no metadata: every store begins empty, whatever lies on the device, and none can be merged. Safe for many
 * threads. "Durable" is what is written; nothing is ever flushed on a commit's account, and an invalid store is forgotten
 * with it.
 */
public final class TransientStore implements SingleSnapshotStore {
    private static final long NONE = -1;

    private final String id;
    private final VersionHeader version;
    private final ChunkDevice device;
    private final ChunkWriters writers;
    private final OverflowPolicy overflowPolicy;
    private final Object lock = new Object();

    /** Chunks of the device that were taken for chunks of the origin and are not committed. */
    @GuardedBy("lock")
    private final Map<Long, Long> taken = new HashMap<>();

    @GuardedBy("lock")
    private long nextFree;

    private volatile boolean closed;

    /** Where the origin's last chunk lies, if that is a short one. */
    private volatile long shortChunk = NONE;

    /**
     * A new store on a device, which stays the caller's.
     *
     * @param version the one version it holds; its length is that of the origin in bytes
     * @param chunkSectors 0: 32 sectors
     * @throws StoreException when the chunk size is not possible
     */
    public TransientStore(
            String id, Device device, VersionHeader version, long chunkSectors, OverflowPolicy overflowPolicy)
            throws StoreException {
        this.id = requireNonNull(id, "id is null");
        this.version = requireNonNull(version, "version is null");
        this.overflowPolicy = requireNonNull(overflowPolicy, "overflowPolicy is null");
        long asked = chunkSectors == 0 ? ChunkDevice.DEFAULT_CHUNK_SECTORS : chunkSectors;
        this.device = new ChunkDevice(id, device, ChunkDevice.checkChunkSectors(id, asked));
        this.writers = new ChunkWriters(id, ChunkWriters.DEFAULT_THREADS);
    }

    @Override
    public String id() {
        return id;
    }

    /** Chunk size in sectors. */
    public int chunkSectors() {
        return device.chunkSectors();
    }

    @Override
    public OverflowPolicy overflowPolicy() {
        return overflowPolicy;
    }

    @Override
    public boolean isMergeable() {
        return false;
    }

    @Override
    public void replay(Replay into) throws StoreException {
        checkOpen();
        into.record(new StoreRecord.VersionPreserved(version));
        long stamp = version.key().stamp();
        Base base = new Base(stamp, version.length(), stamp, version.length());
        into.record(new StoreRecord.BaseChanged(version.lineage(), base, 1));
    }

    private void checkOpen() throws StoreException {
        if (closed) {
            throw new StoreException("the store " + id + " is closed");
        }
    }

    private void checkVersion(long number) throws StoreException {
        if (number != version.number()) {
            throw new StoreException(id + " holds version " + version.number() + " only, not " + number);
        }
    }

    /** Keeps nothing: what it would say is forgotten with this store. */
    @Override
    public CompletableFuture<Void> commit(StoreRecord record) {
        try {
            checkOpen();
            return CompletableFuture.completedFuture(null);
        } catch (StoreException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    @Override
    public void prepareChunk(long number, long chunk) throws StoreException {
        checkOpen();
        checkVersion(number);
        synchronized (lock) {
            if (taken.containsKey(chunk)) {
                throw new StoreException(id + ": chunk " + chunk + " is in flight already");
            }
            taken.put(chunk, takeLocked(chunk));
        }
    }

    @GuardedBy("lock")
    private long takeLocked(long chunk) throws StoreException {
        if (!device.hasChunk(nextFree)) {
            throw new StoreFullException(
                    id + " is full: " + device.sectors() + " sectors have no room for chunk " + chunk);
        }
        return nextFree++;
    }

    @Override
    public void abandonChunk(long number, long chunk) {
        synchronized (lock) {
            taken.remove(chunk);
        }
    }

    /** Takes space too, if {@link #prepareChunk} was not called. */
    @Override
    public CompletableFuture<ChunkLocation> commitChunk(long number, long chunk, ChunkContent content) {
        CompletableFuture<ChunkLocation> done = new CompletableFuture<>();
        try {
            checkOpen();
            checkVersion(number);
            long place = placeOf(chunk);
            ByteBuffer data = content.data();
            checkArgument(data.remaining() == lengthOf(chunk), "chunk %s has %s bytes", chunk, data.remaining());
            if (data.remaining() < device.chunkBytes()) {
                shortChunk = place;
            }
            writers.execute(() -> write(place, data, done));
        } catch (StoreException e) {
            done.completeExceptionally(e);
        } catch (RejectedExecutionException e) {
            done.completeExceptionally(new StoreException("the store " + id + " is closed", e));
        }
        return done;
    }

    private long placeOf(long chunk) throws StoreException {
        synchronized (lock) {
            Long place = taken.remove(chunk);
            return place == null ? takeLocked(chunk) : place;
        }
    }

    private int lengthOf(long chunk) {
        return (int) Math.min(device.chunkBytes(), version.length() - chunk * device.chunkBytes());
    }

    private void write(long place, ByteBuffer data, CompletableFuture<ChunkLocation> done) {
        try {
            device.write(place, 0, data);
            done.complete(new ChunkLocation(place));
        } catch (StoreException | RuntimeException | Error e) {
            done.completeExceptionally(e);
        }
    }

    @Override
    public ChunkContent read(ChunkLocation location) throws StoreException {
        checkOpen();
        ByteBuffer data = ByteBuffer.allocate(lengthAt(location));
        device.read(location.value(), 0, data);
        return ChunkContent.plain(data.flip());
    }

    private int lengthAt(ChunkLocation location) {
        return location.value() == shortChunk ? (int) (version.length() % device.chunkBytes()) : device.chunkBytes();
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
    public Optional<MergeRun> lastRun() {
        throw new UnsupportedOperationException("a transient store can't be merged");
    }

    @Override
    public void removeMerged(MergeRun run) {
        throw new UnsupportedOperationException("a transient store can't be merged");
    }

    /** Nothing to do: a transient store has no drop_snapshot, the engine's state is all there is. */
    @Override
    public void commitLoss(VersionHeader lost, String reason) throws StoreException {
        checkVersion(lost.number());
    }

    /** What {@code dmsetup status} prints (transient_usage). */
    public DmStatus status() {
        synchronized (lock) {
            return new DmStatus(nextFree * device.chunkSectors(), device.sectors(), 0);
        }
    }

    @Override
    public StoreUsage usage() {
        long bytes = status().sectorsAllocated() * ChunkDevice.SECTOR_BYTES;
        return new StoreUsage(bytes, bytes);
    }

    @Override
    public void compact() throws StoreException {
        checkOpen();
    }

    /** Waits for the writes under way. */
    @Override
    public void close() {
        closed = true;
        writers.close();
    }
}
