/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode;

import java.io.IOException;

/** The bytes in the registry's place are not the registry of this block pool. */
public final class RegistryDamagedException extends IOException {
    private static final long serialVersionUID = 1L;

    RegistryDamagedException(String message) {
        super(message);
    }

    RegistryDamagedException(String message, Throwable cause) {
        super(message, cause);
    }
}
