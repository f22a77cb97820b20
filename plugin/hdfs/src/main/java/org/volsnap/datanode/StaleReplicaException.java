/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode;

import java.io.IOException;

/** The live replica is not, or no longer, the one that was asked for. */
class StaleReplicaException extends IOException {
    private static final long serialVersionUID = 1L;

    StaleReplicaException(String message) {
        super(message);
    }
}
