/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.protocol;

import java.io.IOException;

/**
 * What was asked can't be done: the snapshot does not exist, the cluster is in the wrong state, DataNodes did not answer.
 * Nothing has changed. The message is one line for the operator and says what to do.
 */
public final class RefusedException extends IOException {
    private static final long serialVersionUID = 1;

    public RefusedException(String message) {
        super(message);
    }

    public RefusedException(String message, Throwable cause) {
        super(message, cause);
    }
}
