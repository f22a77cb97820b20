/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
/**
 * volsnap in the DataNode. {@link org.volsnap.datanode.VolsnapDatasetFactory} is named in Hadoop's configuration and
 * puts {@code VolsnapDataset} around Hadoop's own dataset. The way of a client's delete: {@code VolsnapDataset} (the
 * decorator that Hadoop calls) -> {@code AdmissionGate} (is it let in) -> {@code ReplicaPreserver} (what is at risk) ->
 * the engine's gate -> the store -> Hadoop's own dataset.
 *
 * <p>One {@code SnapshotPool} for each block pool holds all that, from {@code addBlockPool} to {@code
 * shutdownBlockPool}; what drives it is a {@link org.volsnap.datanode.PoolFollower}. The other direction is the engine
 * reading live replicas: {@code LiveOrigin} -> {@code LiveReplicas} (Hadoop's map) -> {@link
 * org.volsnap.datanode.ReplicaFileReader}. Snapshots are read through {@link
 * org.volsnap.datanode.SnapshotReplicaReader}.
 *
 * <p>Threads: all of Hadoop's come in here; the copy threads of the engine read. No lock of this package is held while
 * Hadoop, the engine or a disk is waited for.
 *
 * <p>Invariants: the trouble of a snapshot ends in {@code ReplicaPreserver}, Hadoop is called anyway; what is refused is
 * refused by {@link org.volsnap.datanode.Admission} or the follower alone. What Hadoop opens for writing is in {@code
 * OpenReplicas} before Hadoop is called.
 */
@NullMarked
package org.volsnap.datanode;

import org.jspecify.annotations.NullMarked;
