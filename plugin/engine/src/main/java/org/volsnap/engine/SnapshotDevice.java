/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import static com.google.common.base.Preconditions.checkArgument;

import java.io.IOException;
import java.nio.ByteBuffer;
import org.volsnap.model.BlockKey;
import org.volsnap.model.ChunkGeometry;
import org.volsnap.store.SingleSnapshotStore;
import org.volsnap.store.SnapshotException;
import org.volsnap.store.VersionLostException;

/**
 * One block version of a snapshot that has its store for itself, as a device: the snapshot target of dm-snapshot. Safe
 * for many threads; overlapping writes end in any order.
 */
public final class SnapshotDevice {
    private final EngineContext context;
    private final BlockIndex index;
    private final SnapshotReader reader;
    private final InPlaceWriter writer;
    private final ChainLink snapshot;
    private final BlockKey key;

    SnapshotDevice(
            EngineContext context,
            BlockIndex index,
            SnapshotReader reader,
            InPlaceWriter writer,
            ChainLink snapshot,
            BlockKey key)
            throws IOException {
        this.context = context;
        this.index = index;
        this.reader = reader;
        this.writer = writer;
        this.snapshot = snapshot;
        this.key = key;
        if (!(version().store().exceptions() instanceof SingleSnapshotStore)) {
            throw new SnapshotException("snapshot " + snapshot.id() + " has no store for " + key + " alone");
        }
    }

    /** Bytes of the version. */
    public long length() throws IOException {
        return version().header().length();
    }

    /**
     * Reads bytes as the snapshot has them; what is still the origin's is read as a conflicting read.
     *
     * @throws VersionLostException when the version is lost
     */
    public void read(long offset, ByteBuffer into) throws IOException {
        VersionView view = reader.view(snapshot.id(), key)
                .orElseThrow(() -> new VersionLostException(key + " is not known here any more"));
        ChunkGeometry geometry = context.settings().geometry();
        long end = offset + into.remaining();
        checkArgument(offset >= 0 && end <= view.length(), "bytes %s to %s are not all in %s", offset, end, key);
        for (long at = offset; at < end; ) {
            long chunk = geometry.chunkOf(at);
            ByteBuffer data = view.read(chunk).data();
            data.position((int) (at - geometry.offsetOf(chunk)));
            data.limit((int) Math.min(data.limit(), data.position() + (end - at)));
            at += data.remaining();
            into.put(data);
        }
    }

    /**
     * Writes to the snapshot; nobody else sees that.
     *
     * @throws VersionLostException when the version is lost
     * @throws org.volsnap.store.StoreException when there is no room, also since an earlier write; some of the bytes may
     *     have been written
     */
    public void write(long offset, ByteBuffer data) throws IOException {
        writer.write(version(), offset, data);
    }

    /** Makes bytes zero where the snapshot has exceptions; its other bytes stay as they are. */
    public void discard(long offset, long length) throws IOException {
        writer.discard(version(), offset, length);
    }

    /** Whether it can be read and written. */
    public SnapshotCondition condition() throws IOException {
        Version version = version();
        if (version.isLost()) {
            return SnapshotCondition.INVALID;
        }
        return version.full() == null ? SnapshotCondition.VALID : SnapshotCondition.OVERFLOW;
    }

    private Version version() throws IOException {
        return index.find(key.blockId())
                .flatMap(block -> block.visible(snapshot, key))
                .orElseThrow(() -> new SnapshotException("snapshot " + snapshot.id() + " holds nothing of " + key));
    }
}
