/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.memory;

import static java.util.Objects.requireNonNull;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.volsnap.model.ChunkContent;
import org.volsnap.model.VersionHeader;
import org.volsnap.store.ChunkLocation;
import org.volsnap.store.ExceptionStore;
import org.volsnap.store.StoreCorruptException;
import org.volsnap.store.StoreException;
import org.volsnap.store.StoreRecord;
import org.volsnap.store.StoreUsage;

/** What a transient store holds. Safe for many threads. */
public final class MemoryContent {
    private static final class Held {
        private VersionHeader header;
        private boolean carrier;
        private @Nullable String lost;
        private final NavigableMap<Long, Long> locations = new TreeMap<>();

        private Held(VersionHeader header) {
            this.header = header;
        }
    }

    private final String id;
    private final Object lock = new Object();

    @GuardedBy("lock")
    private final Map<Long, Held> versions = new LinkedHashMap<>();

    @GuardedBy("lock")
    private final Map<Long, StoreRecord.BaseChanged> bases = new LinkedHashMap<>();

    @GuardedBy("lock")
    private final Map<Long, ChunkContent> chunks = new TreeMap<>();

    @GuardedBy("lock")
    private long lastLocation;

    @GuardedBy("lock")
    private long bytes;

    public MemoryContent(String id) {
        this.id = requireNonNull(id, "id is null");
    }

    String id() {
        return id;
    }

    void apply(StoreRecord record) {
        synchronized (lock) {
            if (record instanceof StoreRecord.VersionPreserved preserved) {
                versions.putIfAbsent(preserved.header().number(), new Held(preserved.header()));
            } else if (record instanceof StoreRecord.BaseChanged changed) {
                bases.merge(
                        changed.lineage(), changed, (one, other) -> one.sequence() >= other.sequence() ? one : other);
            } else if (record instanceof StoreRecord.LineageFreed freed) {
                bases.remove(freed.lineage());
            } else {
                applyToVersionLocked(record);
            }
        }
    }

    @GuardedBy("lock")
    private void applyToVersionLocked(StoreRecord record) {
        if (record instanceof StoreRecord.VersionLost lost) {
            Held held = versions.get(lost.version());
            if (held != null) {
                held.lost = lost.reason();
            }
        } else if (record instanceof StoreRecord.VersionHandedDown handed) {
            Held held = versions.get(handed.version());
            if (held != null) {
                held.header = held.header.withOwner(handed.owner());
                held.carrier = handed.carrier();
            }
        } else if (record instanceof StoreRecord.ChunksFreed freed) {
            Held held = versions.get(freed.version());
            if (held != null) {
                for (long chunk = freed.chunks().first(); chunk < freed.chunks().end(); chunk++) {
                    dropLocked(held.locations.remove(chunk));
                }
            }
        } else if (record instanceof StoreRecord.VersionFreed freed) {
            Held held = versions.remove(freed.version());
            if (held != null) {
                for (long location : held.locations.values()) {
                    dropLocked(location);
                }
            }
        }
    }

    @GuardedBy("lock")
    private void dropLocked(@Nullable Long location) {
        ChunkContent dropped = location == null ? null : chunks.remove(location);
        if (dropped != null) {
            bytes -= sizeOf(dropped);
        }
    }

    /** Keeps a chunk; the content's buffers belong to this store from now on. */
    ChunkLocation put(long version, long chunk, ChunkContent content) throws StoreException {
        synchronized (lock) {
            Held held = versions.get(version);
            if (held == null) {
                throw new StoreException("version " + version + " is not in " + id);
            }
            long location = ++lastLocation;
            dropLocked(held.locations.put(chunk, location));
            chunks.put(location, content);
            bytes += sizeOf(content);
            return new ChunkLocation(location);
        }
    }

    ChunkContent get(ChunkLocation location) throws StoreCorruptException {
        synchronized (lock) {
            ChunkContent content = chunks.get(location.value());
            if (content == null) {
                throw new StoreCorruptException("nothing lies at location " + location.value() + " of " + id);
            }
            return content;
        }
    }

    void replay(ExceptionStore.Replay into) {
        synchronized (lock) {
            for (Held held : versions.values()) {
                into.record(new StoreRecord.VersionPreserved(held.header));
                if (held.carrier) {
                    into.record(new StoreRecord.VersionHandedDown(held.header.number(), held.header.owner(), true));
                }
                for (Map.Entry<Long, Long> chunk : held.locations.entrySet()) {
                    long location = chunk.getValue();
                    into.chunk(
                            held.header.number(), chunk.getKey(), new ChunkLocation(location), lengthLocked(location));
                }
                if (held.lost != null) {
                    into.record(new StoreRecord.VersionLost(held.header.number(), held.lost));
                }
            }
            bases.values().forEach(into::record);
        }
    }

    @GuardedBy("lock")
    private int lengthLocked(long location) {
        ChunkContent content = chunks.get(location);
        return content == null ? 0 : content.data().remaining();
    }

    StoreUsage usage() {
        synchronized (lock) {
            return new StoreUsage(bytes, bytes);
        }
    }

    private static long sizeOf(ChunkContent content) {
        return content.data().remaining() + (long) content.checksums().remaining();
    }
}
