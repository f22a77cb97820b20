/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store;

/** The store was written by a newer or a no longer supported format. The message names both versions. */
public class StoreVersionException extends StoreException {
    private static final long serialVersionUID = 1L;

    public StoreVersionException(String message) {
        super(message);
    }

    public StoreVersionException(String message, Throwable cause) {
        super(message, cause);
    }
}
