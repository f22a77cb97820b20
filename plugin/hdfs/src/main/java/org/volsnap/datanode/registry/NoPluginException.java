/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode.registry;

import java.io.IOException;

/** The NameNode answers, and does not know volsnap's protocol. */
final class NoPluginException extends IOException {
    private static final long serialVersionUID = 1L;

    NoPluginException(String message, Throwable cause) {
        super(message, cause);
    }
}
