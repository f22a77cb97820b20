/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import static com.google.common.base.Preconditions.checkArgument;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Optional;
import org.volsnap.model.BlockKey;
import org.volsnap.model.ChunkGeometry;
import org.volsnap.model.SnapshotId;
import org.volsnap.store.SingleSnapshotStore;
import org.volsnap.store.VersionLostException;

/**
 * One block version of a snapshot as a device, to be read and written: the snapshot target of dm-snapshot. Safe for many
 * threads; overlapping writes end in any order. A write to a snapshot that has its store for itself is as volatile as
 * the store's device; one to a snapshot of a shared chain is durable when it returns.
 */
public final class SnapshotDevice {
    private final EngineContext context;
    private final BlockIndex index;
    private final SnapshotReader reader;
    private final InPlaceWriter writer;
    private final PrivateWriter privateWriter;
    private final SnapshotId snapshot;
    private final BlockKey key;

    SnapshotDevice(
            EngineContext context,
            BlockIndex index,
            SnapshotReader reader,
            InPlaceWriter writer,
            PrivateWriter privateWriter,
            SnapshotId snapshot,
            BlockKey key) {
        this.context = context;
        this.index = index;
        this.reader = reader;
        this.writer = writer;
        this.privateWriter = privateWriter;
        this.snapshot = snapshot;
        this.key = key;
    }

    /** Bytes of the version. */
    public long length() throws IOException {
        return view().length();
    }

    /**
     * Reads bytes as the snapshot has them; what is still the origin's is read as a conflicting read.
     *
     * @throws VersionLostException when the version is lost
     */
    public void read(long offset, ByteBuffer into) throws IOException {
        VersionView view = view();
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
        Optional<Version> alone = aloneInItsStore();
        if (alone.isPresent()) {
            writer.write(alone.get(), offset, data);
        } else {
            privateWriter.write(snapshot, key, offset, data);
        }
    }

    /** Makes bytes zero where the snapshot has exceptions; its other bytes stay as they are. */
    public void discard(long offset, long length) throws IOException {
        Optional<Version> alone = aloneInItsStore();
        if (alone.isPresent()) {
            writer.discard(alone.get(), offset, length);
        } else {
            privateWriter.discard(snapshot, key, offset, length);
        }
    }

    /** Whether it can be read and written. */
    public SnapshotCondition condition() throws IOException {
        Optional<Version> preserved = preserved();
        if (isLost(preserved) || isLost(written())) {
            return SnapshotCondition.INVALID;
        }
        return preserved.filter(version -> version.full() != null).isPresent()
                ? SnapshotCondition.OVERFLOW
                : SnapshotCondition.VALID;
    }

    private static boolean isLost(Optional<Version> version) {
        return version.filter(Version::isLost).isPresent();
    }

    private VersionView view() throws IOException {
        return reader.view(snapshot, key)
                .orElseThrow(() -> new VersionLostException(key + " is not known here any more"));
    }

    private Optional<Version> aloneInItsStore() throws IOException {
        return preserved().filter(version -> version.store().exceptions() instanceof SingleSnapshotStore);
    }

    private Optional<Version> preserved() throws IOException {
        ChainLink link = context.chain().require(snapshot);
        return index.find(key.blockId()).flatMap(block -> block.visible(link, key));
    }

    private Optional<Version> written() {
        return index.find(key.blockId()).flatMap(block -> block.privateVersion(snapshot, key));
    }
}
