/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.file;

import java.io.Closeable;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicReferenceArray;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Segments that stay open to be read: of those whose numbers are alike modulo 64, the one that was read last. One may be
 * closed while it is read: by an interrupt of another reader, or because another segment takes its place. Its reader then
 * asks for it again. A segment that was replaced by its compacted self still answers for all that is live in it. Safe for many
 * threads; a look-up writes nothing.
 */
final class OpenSegments implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(OpenSegments.class);
    private static final int MOST_OPEN = 64;

    private record Opened(int number, StoreFile file) {}

    private final SegmentFiles segmentFiles;
    private final AtomicReferenceArray<@Nullable Opened> open = new AtomicReferenceArray<>(MOST_OPEN);

    OpenSegments(SegmentFiles segmentFiles) {
        this.segmentFiles = segmentFiles;
    }

    /** The segment, not to be closed by the caller. */
    StoreFile get(int number) throws IOException {
        Opened there = open.get(slotOf(number));
        if (there != null && there.number() == number) {
            return there.file();
        }
        Opened opened = new Opened(number, segmentFiles.openRead(number));
        closeQuietly(open.getAndSet(slotOf(number), opened));
        return opened.file();
    }

    private static int slotOf(int number) {
        return Math.floorMod(number, MOST_OPEN);
    }

    /** This one was found closed. */
    void forget(int number, StoreFile closed) {
        Opened there = open.get(slotOf(number));
        if (there != null && there.file() == closed) {
            open.compareAndSet(slotOf(number), there, null);
        }
    }

    /** Closes all, so that what was unlinked gives its space back. */
    void forgetAll() {
        for (int slot = 0; slot < MOST_OPEN; slot++) {
            closeQuietly(open.getAndSet(slot, null));
        }
    }

    @Override
    public void close() {
        forgetAll();
    }

    private static void closeQuietly(@Nullable Opened opened) {
        try {
            if (opened != null) {
                opened.file().close();
            }
        } catch (IOException e) {
            LOG.debug("A segment did not close", e);
        }
    }
}
