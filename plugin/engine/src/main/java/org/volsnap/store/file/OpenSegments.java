/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.file;

import com.google.common.cache.Cache;
import com.google.common.cache.CacheBuilder;
import com.google.common.cache.RemovalListener;
import java.io.Closeable;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Segments that stay open to be read, a few of them. One may be closed while it is read: by an interrupt of another
 * reader, or because another segment takes its place. Its reader then asks for it again. A segment that was replaced by
 * its compacted self still answers for all that is live in it. Safe for many threads.
 */
final class OpenSegments implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(OpenSegments.class);
    private static final int MOST_OPEN = 16;

    private final SegmentFiles segmentFiles;
    private final Cache<Integer, StoreFile> open = CacheBuilder.newBuilder()
            .maximumSize(MOST_OPEN)
            .concurrencyLevel(1)
            .removalListener((RemovalListener<Integer, StoreFile>) removed -> closeQuietly(removed.getValue()))
            .build();

    OpenSegments(SegmentFiles segmentFiles) {
        this.segmentFiles = segmentFiles;
    }

    /** The segment, not to be closed by the caller. */
    StoreFile get(int number) throws IOException {
        StoreFile file = open.getIfPresent(number);
        if (file != null) {
            return file;
        }
        StoreFile opened = segmentFiles.openRead(number);
        StoreFile before = open.asMap().putIfAbsent(number, opened);
        if (before == null) {
            return opened;
        }
        opened.close();
        return before;
    }

    /** This one was found closed. */
    void forget(int number, StoreFile closed) {
        open.asMap().remove(number, closed);
    }

    /** Closes all, so that what was unlinked gives its space back. */
    void forgetAll() {
        open.invalidateAll();
    }

    @Override
    public void close() {
        forgetAll();
    }

    private static void closeQuietly(StoreFile file) {
        try {
            file.close();
        } catch (IOException e) {
            LOG.debug("A segment did not close", e);
        }
    }
}
