/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode;

import java.io.Closeable;
import java.io.IOException;

/** Follows the NameNode's registry for one block pool. Safe for many threads. */
public interface PoolFollower extends Closeable {
    /**
     * Called in {@code addBlockPool}, before Hadoop scans the volumes: reads the registry, brings the chain up to it,
     * applies every rollback epoch that a storage volume has not yet applied.
     *
     * @throws IOException when the registry can't be read; Hadoop calls again
     */
    void beforeScan() throws IOException;

    /** Called when Hadoop has scanned the pool: polling begins. */
    void afterScan();

    /** Called when storage volumes were taken out: nothing is kept on them any more. */
    void volumesRemoved();

    /** Called before a block report: asks the NameNode now, and throws unless every epoch it knows is applied here. */
    void confirmBeforeReport() throws IOException;

    /**
     * Called before reads and deletes; cheap, but for the first call after a new registration, which waits for the
     * registry of the NameNode that this DataNode has registered with. Throws while that is not known, or an epoch is
     * known and not applied.
     */
    void checkServing() throws IOException;
}
