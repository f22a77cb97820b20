/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode.mount;

import static java.util.Objects.requireNonNull;

import org.volsnap.model.SnapshotId;
import org.volsnap.protocol.VirtualPool;

/**
 * A snapshot that is read through a NameNode of its own.
 *
 * @param blockPoolId the virtual block pool of that NameNode
 * @param realPool the block pool whose snapshot it is
 * @param snapshot which one
 * @param address host:port of that NameNode
 */
public record Mount(String blockPoolId, String realPool, SnapshotId snapshot, String address) {
    public Mount {
        requireNonNull(blockPoolId, "blockPoolId is null");
        requireNonNull(realPool, "realPool is null");
        requireNonNull(snapshot, "snapshot is null");
        requireNonNull(address, "address is null");
    }

    /** The nameservice as which it is served. */
    public String nameservice() {
        return VirtualPool.nameservice(blockPoolId);
    }
}
