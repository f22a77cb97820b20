/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.file;

import org.volsnap.store.StoreRecord;

/** What a frame means. */
sealed interface LogEntry {
    /** A record of the engine. */
    record Metadata(StoreRecord record) implements LogEntry {}

    /**
     * One chunk of a version.
     *
     * @param checksumsLength bytes at the end of the frame's data that are stored checksums
     */
    record Chunk(long version, long chunk, int checksumsLength) implements LogEntry {}

    /** Nothing of the engine: a mark or a gap. */
    record Filler() implements LogEntry {}
}
