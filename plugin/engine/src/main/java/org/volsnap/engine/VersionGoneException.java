/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import org.volsnap.store.SnapshotException;

/** A version that was found a moment ago is not where it was. */
final class VersionGoneException extends SnapshotException {
    private static final long serialVersionUID = 1L;

    VersionGoneException(String message) {
        super(message);
    }
}
