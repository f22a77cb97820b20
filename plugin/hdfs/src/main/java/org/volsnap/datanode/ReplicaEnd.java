/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode;

import org.jspecify.annotations.Nullable;

/**
 * Where a replica's bytes end that its checksums cover.
 *
 * @param length bytes from the start; the files may hold more while a writer is at work
 * @param lastChecksum checksum of the last, partial checksum chunk at this length; null when the one in the meta file is
 *     it. Of a replica that is being written only this one is sure to belong to {@code length}
 */
record ReplicaEnd(long length, byte @Nullable [] lastChecksum) {
    static ReplicaEnd at(long length) {
        return new ReplicaEnd(length, null);
    }
}
