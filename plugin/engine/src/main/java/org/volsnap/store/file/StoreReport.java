/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.file;

import java.util.List;

/**
 * What a check found.
 *
 * @param records records of metadata, dead ones included
 * @param versions block versions that are kept, lost ones included
 * @param lostVersions those that are lost
 * @param chunks chunks that can be read
 * @param chunkBytes bytes of them
 * @param wholeReplicas replicas that are kept whole
 * @param damages what is not as it was written, each with file and offset
 */
public record StoreReport(
        long records,
        long versions,
        long lostVersions,
        long chunks,
        long chunkBytes,
        long wholeReplicas,
        List<String> damages) {
    public StoreReport {
        damages = List.copyOf(damages);
    }

    /** A store that can't be read at all. */
    static StoreReport unreadable(String reason) {
        return new StoreReport(0, 0, 0, 0, 0, 0, List.of(reason));
    }

    public boolean isClean() {
        return damages.isEmpty();
    }
}
