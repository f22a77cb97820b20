/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.file;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import org.volsnap.store.StoreCorruptException;

/**
 * Makes a store's directory, and knows it again. The header file is made last: without it there is no store yet, and
 * nothing that was acknowledged.
 */
final class StoreDirectory {
    private static final int FIRST_SEGMENT = 1;
    private static final int LEVELS = 3;

    private final StoreFiles files;
    private final StoreLayout layout;

    StoreDirectory(StoreFiles files, StoreLayout layout) {
        this.files = files;
        this.layout = layout;
    }

    /** Makes the directories. */
    void create() throws IOException {
        files.createDirectories(layout.log());
        files.createDirectories(layout.links());
    }

    /** Reads the header of the store, or makes the store. Returns its id. */
    UUID openHeader(FileStoreOptions options, Supplier<UUID> newId) throws IOException {
        CheckedFile header = header();
        if (!header.exists()) {
            refuseHeadless();
            StoreHeader made = StoreHeader.of(newId.get(), options);
            makeContent(made.id(), options);
            header.write(made.encode());
            forceNames();
            return made.id();
        }
        StoreHeader read = StoreHeader.decode(header.read(), header.path());
        read.checkAgainst(options, header.path());
        forceNames();
        return read.id();
    }

    private CheckedFile header() {
        return new CheckedFile(files, layout.header(), CheckedFileFormat.STORE_MAGIC);
    }

    private void refuseHeadless() throws IOException {
        if (holdsContent()) {
            throw new StoreCorruptException(
                    layout.header() + " is missing at byte 0, but " + layout.directory() + " holds preserved content");
        }
    }

    private void makeContent(UUID id, FileStoreOptions options) throws IOException {
        files.delete(layout.losses());
        LossFile.allocate(files, layout.losses(), options.lossSlots());
        new Reserve(files, layout.reserve(), options.reserveBytes()).fill();
        SegmentFiles segments = new SegmentFiles(files, layout, id);
        segments.create(FIRST_SEGMENT).close();
        segments.list().write(new SegmentList(List.of(), FIRST_SEGMENT).encode());
    }

    /**
     * Makes durable what the store's directory holds, and its own name: the directory above it is that of all block
     * pools, which the storage volume holds. Also of a store that is there already: a killed process may not have done
     * it.
     */
    private void forceNames() throws IOException {
        Path directory = layout.directory();
        for (int level = 0; level < LEVELS && directory != null; level++) {
            files.forceDirectory(directory);
            directory = directory.getParent();
        }
    }

    boolean holdsContent() throws IOException {
        for (Path segment : files.list(layout.log())) {
            if (files.length(segment) > LogFormat.SEGMENT_HEADER_BYTES) {
                return true;
            }
        }
        return !files.list(layout.links()).isEmpty() || holdsLosses();
    }

    private boolean holdsLosses() throws IOException {
        if (!files.exists(layout.losses())) {
            return false;
        }
        try (StoreFile file = files.openRead(layout.losses())) {
            ByteBuffer first = ByteBuffer.allocate(LossFormat.SLOT_BYTES);
            file.read(first, 0);
            return !Zeros.only(first);
        }
    }
}
