/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.simulation;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.zip.CRC32;
import org.volsnap.engine.LiveReplica;
import org.volsnap.engine.ReplicaShape;
import org.volsnap.engine.VolumeStore;
import org.volsnap.model.BlockKey;
import org.volsnap.model.ChunkContent;
import org.volsnap.model.ChunkGeometry;
import org.volsnap.model.ReplicaFiles;
import org.volsnap.model.VersionState;
import org.volsnap.store.file.SimulatedDisk;

/**
 * Replicas as pairs of files, as HDFS has them, in small: 512-byte chunks, one CRC for 64 bytes. Its own writes are durable
 * at once. Once the power is cut nothing changes any more.
 */
final class SimulatedOrigin {
    static final String POOL = "BP-1";
    static final ChunkGeometry GEOMETRY = new ChunkGeometry(9);
    static final int BYTES_PER_CHECKSUM = 64;
    private static final byte[] CHECKSUM_HEADER = {0, 1, 2};
    private static final Pattern META_NAME = Pattern.compile("blk_(\\d+)_(\\d+)\\.meta");

    /** The power is cut: who gets this is gone. */
    static final class PowerCutException extends IOException {
        private static final long serialVersionUID = 1L;
    }

    private record Entry(BlockKey key, VersionState state, int volume) {}

    private final Plan plan;
    private final Scheduler scheduler;
    private final Map<Long, Entry> live = new TreeMap<>();
    private SimulatedDisk disk;
    private Map<Integer, VolumeStore> volumes = new ConcurrentHashMap<>();

    SimulatedOrigin(Plan plan, SimulatedDisk disk, Scheduler scheduler) {
        this.plan = plan;
        this.disk = disk;
        this.scheduler = scheduler;
    }

    /** After a power cut the replicas are those on the disk that is left. */
    synchronized void continueOn(SimulatedDisk left) {
        disk = left;
        for (int volume = 0; volume < World.VOLUMES; volume++) {
            Path directory = Path.of("/volume-" + volume, "current");
            for (Path file : disk.list(directory)) {
                Matcher meta = META_NAME.matcher(file.getFileName().toString());
                if (meta.matches()) {
                    find(new BlockKey(POOL, Long.parseLong(meta.group(1)), Long.parseLong(meta.group(2))), volume);
                }
            }
        }
    }

    /** A replica that was moved here just before the power was cut. */
    private void find(BlockKey key, int volume) {
        if (!live.containsKey(key.blockId())
                && disk.list(Path.of("/volume-" + volume, "current"))
                        .contains(files(key, volume).data())) {
            live.put(key.blockId(), new Entry(key, VersionState.FINALIZED, volume));
        }
    }

    synchronized void attach(Map<Integer, VolumeStore> opened) {
        volumes = opened;
    }

    // ---- what the origin's owner does

    synchronized void write(BlockKey key, byte[] data, VersionState state, int volume) throws IOException {
        if (disk.isDead()) {
            throw new PowerCutException();
        }
        ReplicaFiles files = files(key, volume);
        disk.put(files.data(), data);
        disk.put(files.meta(), checksums(data));
        Entry before = live.put(key.blockId(), new Entry(key, state, volume));
        if (before != null && before.volume != volume) {
            takeFiles(before);
        } else if (before != null && !before.key.equals(key)) {
            disk.take(files(before.key, before.volume).meta());
        }
    }

    /** The same volume, other bytes or another stamp; whoever wrote has closed it. */
    synchronized void finish(BlockKey key, byte[] data) throws IOException {
        write(key, data, VersionState.FINALIZED, entry(key.blockId()).volume);
    }

    /** The same volume; bytes, stamp and state of another time. */
    synchronized void restore(BlockKey key, byte[] data, VersionState state) throws IOException {
        write(key, data, state, entry(key.blockId()).volume);
    }

    /** The same volume and state. */
    synchronized void rewrite(BlockKey key, byte[] data) throws IOException {
        Entry before = entry(key.blockId());
        write(key, data, before.state, before.volume);
    }

    /** Writes over bytes in place: the same stamp and length. */
    synchronized void patch(long blockId, int offset, byte[] with) throws IOException {
        byte[] data = data(blockId).clone();
        System.arraycopy(with, 0, data, offset, with.length);
        rewrite(entry(blockId).key, data);
    }

    synchronized void move(long blockId, int volume) throws IOException {
        Entry before = entry(blockId);
        write(before.key, data(blockId), before.state, volume);
    }

    synchronized void delete(long blockId) throws IOException {
        if (disk.isDead()) {
            throw new PowerCutException();
        }
        takeFiles(entry(blockId));
        live.remove(blockId);
    }

    private void takeFiles(Entry entry) {
        ReplicaFiles files = files(entry.key, entry.volume);
        disk.take(files.data());
        disk.take(files.meta());
    }

    /** Takes files that were moved here in as a replica. */
    synchronized void adopt(BlockKey key, int volume) throws IOException {
        if (disk.isDead()) {
            throw new PowerCutException();
        }
        live.put(key.blockId(), new Entry(key, VersionState.FINALIZED, volume));
    }

    synchronized boolean isLive(long blockId) {
        return live.containsKey(blockId);
    }

    synchronized TreeSet<Long> blockIds() {
        return new TreeSet<>(live.keySet());
    }

    synchronized LiveReplica replica(long blockId) throws IOException {
        Entry entry = entry(blockId);
        ReplicaFiles files = files(entry.key, entry.volume);
        VolumeStore store = volumes.get(entry.volume);
        if (store == null) {
            throw new IllegalStateException("volume " + entry.volume + " has no store");
        }
        return new LiveReplica(entry.key, disk.get(files.data()).length, entry.state, CHECKSUM_HEADER, store, files);
    }

    synchronized byte[] data(long blockId) throws IOException {
        Entry entry = entry(blockId);
        return disk.get(files(entry.key, entry.volume).data());
    }

    static ReplicaFiles files(BlockKey key, int volume) {
        Path directory = Path.of("/volume-" + volume, "current");
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

    // ---- what a chain reads

    synchronized Optional<LiveReplica> find(String pool, long blockId) throws IOException {
        return live.containsKey(blockId) ? Optional.of(replica(blockId)) : Optional.empty();
    }

    ChunkContent readLive(BlockKey key, long chunk, int lengthBytes, Harm harm) throws IOException {
        boolean isCopy = Thread.currentThread().getName().startsWith("volsnap-copy");
        String what = (isCopy ? "copy of chunk " : "read of chunk ") + chunk + " of " + key;
        if (plan.holds(what)) {
            scheduler.pause(what);
        }
        synchronized (this) {
            if (isCopy && plan.fails(what)) {
                harm.of(key.blockId());
                throw new IOException("Input/output error");
            }
            Entry now = live.get(key.blockId());
            if (now == null || !now.key.equals(key)) {
                throw new IOException(key + " is not live");
            }
            return readWhole(files(key, now.volume), chunk, lengthBytes);
        }
    }

    synchronized ChunkContent readWhole(ReplicaFiles files, long chunk, int lengthBytes) throws IOException {
        byte[] data = disk.get(files.data());
        byte[] checksums = disk.get(files.meta());
        int from = (int) GEOMETRY.offsetOf(chunk);
        int present = GEOMETRY.lengthOf(chunk, data.length);
        if (present < lengthBytes) {
            throw new IOException("chunk " + chunk + " of " + files + " has " + present + " bytes, not " + lengthBytes);
        }
        int firstChecksum = from / BYTES_PER_CHECKSUM * Integer.BYTES;
        ChunkContent whole = new ChunkContent(
                ByteBuffer.wrap(data, from, present),
                ByteBuffer.wrap(Arrays.copyOfRange(checksums, firstChecksum, firstChecksum + checksumBytes(present))));
        return cut(whole, lengthBytes);
    }

    synchronized ReplicaShape shapeOf(ReplicaFiles files) throws IOException {
        return new ReplicaShape(disk.get(files.data()).length, CHECKSUM_HEADER);
    }

    static ChunkContent cut(ChunkContent content, int lengthBytes) throws IOException {
        byte[] data = bytes(content.data());
        if (!Arrays.equals(checksums(data), bytes(content.checksums()))) {
            throw new IOException("checksum error");
        }
        byte[] head = Arrays.copyOf(data, lengthBytes);
        return new ChunkContent(ByteBuffer.wrap(head), ByteBuffer.wrap(checksums(head)));
    }

    static ChunkContent overwrite(ChunkContent content, int offset, ByteBuffer data) throws IOException {
        byte[] old = bytes(content.data());
        if (!Arrays.equals(checksums(old), bytes(content.checksums()))) {
            throw new IOException("checksum error");
        }
        byte[] with = bytes(data.duplicate());
        byte[] merged = Arrays.copyOf(old, Math.max(old.length, offset + with.length));
        System.arraycopy(with, 0, merged, offset, with.length);
        return new ChunkContent(ByteBuffer.wrap(merged), ByteBuffer.wrap(checksums(merged)));
    }

    static byte[] bytes(ByteBuffer buffer) {
        byte[] bytes = new byte[buffer.remaining()];
        buffer.get(bytes);
        return bytes;
    }

    private static int checksumBytes(int dataBytes) {
        return (dataBytes + BYTES_PER_CHECKSUM - 1) / BYTES_PER_CHECKSUM * Integer.BYTES;
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
}
