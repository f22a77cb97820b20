/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.simulation;

import java.io.IOException;
import java.util.Optional;
import java.util.stream.Stream;
import org.volsnap.model.BlockKey;
import org.volsnap.model.ReplicaFiles;
import org.volsnap.model.SnapshotId;
import org.volsnap.store.StoreException;
import org.volsnap.store.WholeReplica;
import org.volsnap.store.WholeReplicaStore;

/** A store of whole replicas that can't link some of them, as the seed says. */
record SimulatedReplicaStore(WholeReplicaStore delegate, Plan plan, Harm harm) implements WholeReplicaStore {
    @Override
    public long link(BlockKey key, SnapshotId owner, ReplicaFiles live) throws IOException {
        if (plan.fails("link of " + key)) {
            harm.of(key.blockId());
            throw new StoreException("Input/output error: link of " + key);
        }
        return delegate.link(key, owner, live);
    }

    @Override
    public void force() throws IOException {
        delegate.force();
    }

    @Override
    public Optional<WholeReplica> find(BlockKey key, SnapshotId owner) throws IOException {
        return delegate.find(key, owner);
    }

    @Override
    public Stream<WholeReplica> list(SnapshotId owner) throws IOException {
        return delegate.list(owner);
    }

    @Override
    public Stream<SnapshotId> owners() throws IOException {
        return delegate.owners();
    }

    @Override
    public void handDown(WholeReplica replica, SnapshotId newOwner) throws IOException {
        delegate.handDown(replica, newOwner);
    }

    @Override
    public void moveOut(WholeReplica replica, ReplicaFiles to) throws IOException {
        delegate.moveOut(replica, to);
    }

    @Override
    public void remove(WholeReplica replica) throws IOException {
        delegate.remove(replica);
    }

    @Override
    public long count(SnapshotId owner) {
        return delegate.count(owner);
    }

    @Override
    public long usedBytes(SnapshotId owner) {
        return delegate.usedBytes(owner);
    }
}
