/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import org.volsnap.store.ChunkLocation;

/**
 * A completed exception that was found.
 *
 * @param chunk the chunk
 * @param holder the version in whose store it lies
 * @param location where in that store
 */
record StoredChunk(long chunk, Version holder, ChunkLocation location) {}
