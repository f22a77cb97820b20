/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.file;

import com.google.common.io.Closer;
import java.io.Closeable;
import java.io.IOException;

/** Closes what was opened when opening the rest fails. For one thread. */
final class OpenGuard implements Closeable {
    private Closer opened = Closer.create();

    <C extends Closeable> C register(C resource) {
        return opened.register(resource);
    }

    /** All went well: the caller closes it. */
    Closer release() {
        Closer released = opened;
        opened = Closer.create();
        return released;
    }

    @Override
    public void close() throws IOException {
        opened.close();
    }
}
