/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.conformance;

/** The kernel would refuse the table: {@code ERR dmsetup}. */
final class TableRefusedException extends Exception {
    private static final long serialVersionUID = 1L;

    TableRefusedException(String message) {
        super(message);
    }

    TableRefusedException(String message, Throwable cause) {
        super(message, cause);
    }
}
