/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.InputStream;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.LongStream;
import org.apache.hadoop.hdfs.server.datanode.fsdataset.LengthInputStream;
import org.jspecify.annotations.Nullable;
import org.volsnap.engine.VersionView;
import org.volsnap.model.BlockKey;
import org.volsnap.model.ChunkContent;
import org.volsnap.model.ChunkGeometry;
import org.volsnap.model.ReadMemory;
import org.volsnap.model.VersionState;

/**
 * A replica as of T, as Hadoop reads replicas: a stream of data and a stream of its meta file, put together chunk by
 * chunk from stores and origin. Between two reads nothing is held open, so a slow reader holds up no change of the live
 * replica. Safe for many threads; each stream is for one.
 */
public final class SnapshotReplicaReader {
    private final VersionView view;
    private final ChunkGeometry geometry;
    /** Data and meta are read in turns, so the chunk that served one soon serves the other. */
    private final AtomicReference<@Nullable Held> held = new AtomicReference<>();

    private record Held(long chunk, ChunkContent content) {}

    public SnapshotReplicaReader(VersionView view, ChunkGeometry geometry) {
        this.view = requireNonNull(view, "view is null");
        this.geometry = requireNonNull(geometry, "geometry is null");
    }

    public BlockKey key() {
        return view.key();
    }

    /** Bytes at T. */
    public long length() {
        return view.length();
    }

    public VersionState state() {
        return view.state();
    }

    /**
     * The bytes from {@code offset} to the end. Never a {@code FileInputStream}: Hadoop would send straight from its
     * file descriptor.
     *
     * @param offset 0 to the length
     */
    public InputStream data(long offset) {
        checkArgument(offset >= 0 && offset <= length(), "offset must be 0 to %s, was %s", length(), offset);
        return new ChunkedInputStream(offset, length(), position -> {
            long chunk = geometry.chunkOf(position);
            return chunk(chunk).data().slice((int) (position - geometry.offsetOf(chunk)), rest(position));
        });
    }

    /** The meta file as it was at T: its header, then all checksums. */
    public LengthInputStream meta() throws IOException {
        MetaFileImage image = new MetaFileImage(view.checksumHeader(), length(), geometry, this::chunk);
        return new LengthInputStream(new ChunkedInputStream(0, image.length(), image::from), image.length());
    }

    /**
     * Reads everything, and compares every checksum.
     *
     * @throws IOException naming the first thing that is lost, can't be read, or does not match
     */
    public void verify() throws IOException {
        if (length() > 0) {
            verify(geometry.covering(0, length()).chunks());
        }
    }

    /**
     * The same of the first and the last chunk: what the replica rests on is there, in the live replica and in the store.
     */
    public void verifyEnds() throws IOException {
        if (length() > 0) {
            verify(LongStream.of(0, geometry.chunkOf(length() - 1)).distinct());
        }
    }

    private void verify(LongStream chunks) throws IOException {
        ChecksumLayout layout = ChecksumLayout.of(view.checksumHeader());
        ReadMemory memory = ReadMemory.reused();
        for (long chunk : (Iterable<Long>) chunks::iterator) {
            ChunkContent content = view.read(chunk, memory);
            int expected = geometry.lengthOf(chunk, length());
            if (content.data().remaining() != expected) {
                throw new IOException(key() + ": chunk " + chunk + " has "
                        + content.data().remaining() + " bytes instead of " + expected);
            }
            layout.verify(content.data(), content.checksums(), geometry.offsetOf(chunk), key().toString());
        }
    }

    private int rest(long position) {
        long chunk = geometry.chunkOf(position);
        return (int) (geometry.offsetOf(chunk) + geometry.lengthOf(chunk, length()) - position);
    }

    private ChunkContent chunk(long chunk) throws IOException {
        Held last = held.get();
        if (last != null && last.chunk() == chunk) {
            return last.content();
        }
        ChunkContent content = view.read(chunk);
        held.set(new Held(chunk, content));
        return content;
    }
}
