/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import static com.google.common.base.Preconditions.checkArgument;

import java.io.IOException;
import org.volsnap.model.BlockKey;
import org.volsnap.model.ChunkContent;
import org.volsnap.model.ReadMemory;
import org.volsnap.model.SnapshotId;
import org.volsnap.model.VersionState;

/** A version as it was found; where its chunks are is looked up at each read. */
final class EngineVersionView implements VersionView {
    /** What does not change any more. */
    record Form(long length, VersionState state, byte[] checksumHeader) {}

    private final SnapshotReader reader;
    private final SnapshotId snapshot;
    private final BlockKey key;
    private final Form form;

    EngineVersionView(SnapshotReader reader, SnapshotId snapshot, BlockKey key, Form form) {
        this.reader = reader;
        this.snapshot = snapshot;
        this.key = key;
        this.form = form;
    }

    @Override
    public BlockKey key() {
        return key;
    }

    @Override
    public long length() {
        return form.length();
    }

    @Override
    public VersionState state() {
        return form.state();
    }

    @Override
    public byte[] checksumHeader() {
        return form.checksumHeader().clone();
    }

    @Override
    public ChunkContent read(long chunk, ReadMemory memory) throws IOException {
        checkArgument(chunk >= 0, "chunk must not be negative, was %s", chunk);
        return reader.read(snapshot, key, form, chunk, memory);
    }
}
