/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.zip.CRC32;
import org.volsnap.model.BlockKey;
import org.volsnap.model.ChunkContent;
import org.volsnap.model.ChunkGeometry;
import org.volsnap.model.ChunkRange;
import org.volsnap.model.ReplicaFiles;
import org.volsnap.model.VersionHeader;
import org.volsnap.model.VersionState;

/** Replicas as files with checksums, as HDFS has them, in small: 512-byte chunks, one CRC for 64 bytes. */
final class TestOrigin implements Origin {
    static final String POOL = "BP-1";
    static final ChunkGeometry GEOMETRY = new ChunkGeometry(9);
    static final int BYTES_PER_CHECKSUM = 64;
    static final byte[] CHECKSUM_HEADER = {0, 1, 2};

    /** Called when a live chunk is about to be read, outside all locks. */
    interface ReadPoint {
        void reached(BlockKey key, long chunk) throws IOException;
    }

    private record Entry(BlockKey key, long length, VersionState state, VolumeStore volume) {}

    private final Path directory;
    private final Map<Long, Entry> live = new HashMap<>();
    private volatile ReadPoint readPoint = (key, chunk) -> {};

    TestOrigin(Path directory) throws IOException {
        this.directory = Files.createDirectories(directory);
    }

    void onRead(ReadPoint point) {
        readPoint = point;
    }

    // ---- what the origin's owner does

    synchronized LiveReplica create(long blockId, long stamp, byte[] data, VersionState state, VolumeStore volume) {
        write(new Entry(new BlockKey(POOL, blockId, stamp), data.length, state, volume), data);
        return replica(blockId);
    }

    synchronized LiveReplica replace(long blockId, long stamp, byte[] data, VersionState state) {
        Entry before = entry(blockId);
        write(new Entry(before.key.withStamp(stamp), data.length, state, before.volume), data);
        if (stamp != before.key.stamp()) {
            unlink(files(before.key).meta());
        }
        return replica(blockId);
    }

    synchronized void move(long blockId, VolumeStore volume) {
        Entry before = entry(blockId);
        live.put(blockId, new Entry(before.key, before.length, before.state, volume));
    }

    synchronized void delete(long blockId) {
        Entry gone = entry(blockId);
        live.remove(blockId);
        unlink(files(gone.key).data());
        unlink(files(gone.key).meta());
    }

    /** Takes files that were moved back in as a replica. */
    synchronized LiveReplica adopt(BlockKey key, VersionState state, VolumeStore volume) throws IOException {
        live.put(key.blockId(), new Entry(key, Files.size(files(key).data()), state, volume));
        return replica(key.blockId());
    }

    synchronized TreeSet<Long> blockIds() {
        return new TreeSet<>(live.keySet());
    }

    synchronized LiveReplica replica(long blockId) {
        Entry entry = entry(blockId);
        return new LiveReplica(entry.key, entry.length, entry.state, CHECKSUM_HEADER, entry.volume, files(entry.key));
    }

    synchronized byte[] data(long blockId) {
        try {
            return Files.readAllBytes(files(entry(blockId).key).data());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What a change of the end of a replica puts at risk. */
    static ChunkRange atRiskOfAppend(LiveReplica replica) {
        return replica.length() % BYTES_PER_CHECKSUM == 0
                ? ChunkRange.EMPTY
                : ChunkRange.of(GEOMETRY.chunkOf(replica.length() - 1));
    }

    ReplicaFiles files(BlockKey key) {
        return new ReplicaFiles(
                directory.resolve("blk_" + key.blockId()),
                directory.resolve("blk_" + key.blockId() + "_" + key.stamp() + ".meta"));
    }

    private Entry entry(long blockId) {
        Entry entry = live.get(blockId);
        if (entry == null) {
            throw new IllegalStateException("no live replica of block " + blockId);
        }
        return entry;
    }

    /** Into new files: a link that a store has keeps the old bytes. */
    private void write(Entry entry, byte[] data) {
        try {
            ReplicaFiles files = files(entry.key);
            put(files.data(), data);
            put(files.meta(), checksums(data));
            live.put(entry.key.blockId(), entry);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void put(Path file, byte[] bytes) throws IOException {
        Path fresh = directory.resolve("fresh");
        Files.write(fresh, bytes);
        Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING);
    }

    private static void unlink(Path file) {
        try {
            Files.delete(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    // ---- Origin

    @Override
    public synchronized Optional<LiveReplica> find(String pool, long blockId) {
        return live.containsKey(blockId) ? Optional.of(replica(blockId)) : Optional.empty();
    }

    @Override
    public ChunkContent readLive(BlockKey key, long chunk, int lengthBytes) throws IOException {
        readPoint.reached(key, chunk);
        synchronized (this) {
            Entry now = live.get(key.blockId());
            if (now == null || !now.key.equals(key)) {
                throw new IOException(key + " is not live");
            }
            return readWhole(files(key), chunk, lengthBytes);
        }
    }

    @Override
    public ChunkContent readWhole(ReplicaFiles files, long chunk, int lengthBytes) throws IOException {
        byte[] data = Files.readAllBytes(files.data());
        byte[] checksums = Files.readAllBytes(files.meta());
        int from = (int) GEOMETRY.offsetOf(chunk);
        int present = GEOMETRY.lengthOf(chunk, data.length);
        if (present < lengthBytes) {
            throw new IOException("chunk " + chunk + " of " + files + " has " + present + " bytes, not " + lengthBytes);
        }
        int firstChecksum = from / BYTES_PER_CHECKSUM * 4;
        ChunkContent whole = new ChunkContent(
                ByteBuffer.wrap(Arrays.copyOfRange(data, from, from + present)),
                ByteBuffer.wrap(Arrays.copyOfRange(checksums, firstChecksum, firstChecksum + checksumBytes(present))));
        return cut(CHECKSUM_HEADER, whole, lengthBytes);
    }

    @Override
    public ReplicaShape shapeOf(ReplicaFiles files) throws IOException {
        return new ReplicaShape(Files.size(files.data()), CHECKSUM_HEADER);
    }

    @Override
    public ChunkContent cut(byte[] checksumHeader, ChunkContent content, int lengthBytes) throws IOException {
        byte[] data = bytes(content.data());
        if (!Arrays.equals(checksums(data), bytes(content.checksums()))) {
            throw new IOException("checksum error");
        }
        byte[] head = Arrays.copyOf(data, lengthBytes);
        return new ChunkContent(ByteBuffer.wrap(head), ByteBuffer.wrap(checksums(head)));
    }

    @Override
    public ChunkContent overwrite(byte[] checksumHeader, ChunkContent content, int offset, ByteBuffer data)
            throws IOException {
        byte[] old = bytes(content.data());
        if (!Arrays.equals(checksums(old), bytes(content.checksums()))) {
            throw new IOException("checksum error");
        }
        byte[] written = bytes(data.duplicate());
        byte[] merged = Arrays.copyOf(old, Math.max(old.length, offset + written.length));
        System.arraycopy(written, 0, merged, offset, written.length);
        return new ChunkContent(ByteBuffer.wrap(merged), ByteBuffer.wrap(checksums(merged)));
    }

    static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }

    private static int checksumBytes(int dataBytes) {
        return (dataBytes + BYTES_PER_CHECKSUM - 1) / BYTES_PER_CHECKSUM * 4;
    }

    static byte[] checksums(byte[] data) {
        ByteBuffer sums = ByteBuffer.allocate(checksumBytes(data.length));
        for (int at = 0; at < data.length; at += BYTES_PER_CHECKSUM) {
            CRC32 crc = new CRC32();
            crc.update(data, at, Math.min(BYTES_PER_CHECKSUM, data.length - at));
            sums.putInt((int) crc.getValue());
        }
        return sums.array();
    }

    // ---- merge

    /** A writer that leaves the replica as a crash would after this many chunks; negative for none. */
    OriginWriter writer(long blockId, int crashAfterChunks) {
        return new OriginWriter() {
            private int written;

            @Override
            public void writeChunk(long chunk, ChunkContent content) throws IOException {
                if (written++ == crashAfterChunks) {
                    throw new IOException("crash");
                }
                LiveReplica now = replica(blockId);
                byte[] bytes = bytes(content.data());
                byte[] data = data(blockId);
                int from = (int) GEOMETRY.offsetOf(chunk);
                data = Arrays.copyOf(data, Math.max(data.length, from + bytes.length));
                System.arraycopy(bytes, 0, data, from, bytes.length);
                replace(blockId, now.key().stamp(), data, now.state());
            }

            @Override
            public void finish(VersionHeader version) {
                byte[] data = Arrays.copyOf(data(blockId), (int) version.length());
                replace(blockId, version.key().stamp(), data, version.state());
            }
        };
    }
}
