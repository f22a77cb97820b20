/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.it;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.volsnap.datanode.DefaultDataNodeParts;
import org.volsnap.engine.VolumeStore;
import org.volsnap.model.BlockKey;
import org.volsnap.model.ReplicaFiles;
import org.volsnap.model.SnapshotId;
import org.volsnap.store.WholeReplica;
import org.volsnap.store.WholeReplicaStore;
import org.volsnap.store.file.FileStoreOptions;

/**
 * Ends the process at once, as kill -9 does, in the middle of a rollback: when the replica that is put back or taken away
 * as the {@link #STEP}th comes up.
 */
public final class HaltingParts extends DefaultDataNodeParts {
    /** System property: how many whole replicas go in or out of the stores before the end. */
    static final String STEP = "volsnap.test.halt.step";

    static final int EXIT_CODE = 137;
    private final AtomicInteger stepsLeft = new AtomicInteger(Integer.getInteger(STEP, Integer.MAX_VALUE));

    @Override
    public OpenedStore openStore(Path directory, FileStoreOptions options) throws IOException {
        OpenedStore opened = super.openStore(directory, options);
        VolumeStore stores = opened.stores();
        return new OpenedStore(
                new VolumeStore(stores.exceptions(), new HaltingStore(stores.replicas(), stepsLeft)), opened.file());
    }

    private record HaltingStore(WholeReplicaStore store, AtomicInteger stepsLeft) implements WholeReplicaStore {
        private void step() {
            if (stepsLeft.decrementAndGet() == 0) {
                Runtime.getRuntime().halt(EXIT_CODE);
            }
        }

        @Override
        public long link(BlockKey key, SnapshotId owner, ReplicaFiles live) throws IOException {
            step();
            return store.link(key, owner, live);
        }

        @Override
        public void force() throws IOException {
            step();
            store.force();
        }

        @Override
        public Optional<WholeReplica> find(BlockKey key, SnapshotId owner) throws IOException {
            return store.find(key, owner);
        }

        @Override
        public Stream<WholeReplica> list(SnapshotId owner) throws IOException {
            return store.list(owner);
        }

        @Override
        public Stream<SnapshotId> owners() throws IOException {
            return store.owners();
        }

        @Override
        public void handDown(WholeReplica replica, SnapshotId newOwner) throws IOException {
            store.handDown(replica, newOwner);
        }

        @Override
        public void moveOut(WholeReplica replica, ReplicaFiles to) throws IOException {
            step();
            store.moveOut(replica, to);
        }

        @Override
        public void remove(WholeReplica replica) throws IOException {
            store.remove(replica);
        }

        @Override
        public long count(SnapshotId owner) {
            return store.count(owner);
        }

        @Override
        public long usedBytes(SnapshotId owner) {
            return store.usedBytes(owner);
        }
    }
}
