/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store;

/** What the snapshot needs of this block version is not to be had any more, and is never guessed. */
public class VersionLostException extends SnapshotException {
    private static final long serialVersionUID = 1L;

    public VersionLostException(String message) {
        super(message);
    }

    public VersionLostException(String message, Throwable cause) {
        super(message, cause);
    }
}
