/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.file;

import com.google.common.util.concurrent.Uninterruptibles;
import java.io.Closeable;
import java.io.IOException;
import java.util.Collection;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Goes once through the links that were there when the store was opened, in the background: counts and cleans. */
final class LinkSweep implements Closeable {
    private static final Logger LOG = LoggerFactory.getLogger(LinkSweep.class);

    private final Collection<OwnerLinks> owners;
    private final Thread thread;
    private volatile boolean closed;

    LinkSweep(Collection<OwnerLinks> owners, String name) {
        this.owners = owners;
        this.thread = new Thread(this::run, "volsnap-sweep-" + name);
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** All is counted when it returns. */
    void await() {
        Uninterruptibles.joinUninterruptibly(thread);
    }

    private void run() {
        for (OwnerLinks owner : owners) {
            for (int index = 0; index < ReplicaNames.DIRECTORIES && !closed; index++) {
                sweep(owner, index);
            }
        }
    }

    private static void sweep(OwnerLinks owner, int index) {
        try {
            owner.sweep(index);
        } catch (IOException e) {
            LOG.warn("Could not count a directory of whole replicas: its bytes are missing in the total", e);
        }
    }

    @Override
    public void close() {
        closed = true;
        await();
    }
}
