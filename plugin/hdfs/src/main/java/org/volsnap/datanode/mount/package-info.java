/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
/**
 * Snapshots that are read by stock clients, on the DataNode. {@link org.volsnap.datanode.mount.MountingDataset} is what
 * Hadoop calls: for the block pool of a mounted snapshot it answers from {@code MountedPool} and {@code MountedReport}, and
 * hands everything else on. {@link org.volsnap.datanode.mount.MountKeeper} joins and leaves those block pools as the
 * registries say.
 *
 * <p>Threads: Hadoop's own, those of followers, and the one that changes nameservices. Nothing is locked, and nothing is
 * kept for a replica.
 *
 * <p>Invariants: a virtual block pool is never opened as one with files of its own; no call changes a replica of one; it is
 * read only while the block pool that it belongs to is served.
 */
@NullMarked
package org.volsnap.datanode.mount;

import org.jspecify.annotations.NullMarked;
