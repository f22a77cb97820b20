/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.LongPredicate;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/**
 * The blocks that have exceptions, or are just being looked at. A block's lock is the stripe: two blocks never share
 * one. Safe for many threads.
 */
final class BlockIndex {
    private static final class Entry {
        private final BlockExceptions block;
        /** Changed only inside {@link ConcurrentMap#compute} of its key. */
        private int users;

        private Entry(BlockExceptions block) {
            this.block = block;
        }
    }

    private final ConcurrentMap<Long, Entry> entries = new ConcurrentHashMap<>();
    private final EngineContext context;

    BlockIndex(EngineContext context) {
        this.context = context;
    }

    /** Keeps a block's tables in the index while somebody may add to them. */
    final class Use implements AutoCloseable {
        private final BlockExceptions block;

        private Use(BlockExceptions block) {
            this.block = block;
        }

        BlockExceptions block() {
            return block;
        }

        @Override
        public void close() {
            entries.computeIfPresent(block.blockId(), (id, entry) -> {
                entry.users--;
                return entry.users == 0 && entry.block.isEmpty() ? null : entry;
            });
        }
    }

    Use use(long blockId) {
        Entry used = entries.compute(blockId, (id, present) -> {
            Entry entry = present == null ? new Entry(new BlockExceptions(blockId, context)) : present;
            entry.users++;
            return entry;
        });
        return new Use(used.block);
    }

    /** The block's tables, to look at only; empty when it has no exception. */
    Optional<BlockExceptions> find(long blockId) {
        @Nullable Entry entry = entries.get(blockId);
        return entry == null ? Optional.empty() : Optional.of(entry.block);
    }

    /** Those that are wanted, in no order and without a copy of all: what comes or goes meanwhile may be among them. */
    LongStream blockIds(LongPredicate wanted) {
        return entries.keySet().stream().mapToLong(Long::longValue).filter(wanted);
    }

    /** The ids of all blocks that had exceptions at this moment. */
    List<Long> blockIds() {
        return new ArrayList<>(entries.keySet());
    }
}
