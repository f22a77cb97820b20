/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import static com.google.common.base.Preconditions.checkArgument;
import static java.util.Objects.requireNonNull;

import org.volsnap.model.ChunkGeometry;

/**
 * How an engine works.
 *
 * @param geometry chunk size
 * @param copyThreads threads that copy chunks, 1 or more
 */
public record EngineSettings(ChunkGeometry geometry, int copyThreads) {
    public EngineSettings {
        requireNonNull(geometry, "geometry is null");
        checkArgument(copyThreads >= 1, "copyThreads must be 1 or more, was %s", copyThreads);
    }
}
