/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
/**
 * Puts the storage volumes of one block pool back to a snapshot, before Hadoop looks at them.
 *
 * <p>{@link org.volsnap.datanode.rollback.EpochApplier} is the way in. It walks the directories as they are ({@code
 * PoolDirectories}: no heap per replica), and for each replica asks {@code RollbackTargets} what becomes of it: it stays,
 * is merged with the version that rests on it ({@code ReplicaRestorer} writes), or goes. Then what was deleted since comes
 * back out of the stores ({@code StoredReplicas}). {@link org.volsnap.datanode.rollback.OfflineOrigin} shows the same directories to the engine,
 * which preserves for newer snapshots what is overwritten or removed.
 *
 * <p>Threads: one for each storage volume ({@code VolumeThreads}), which meet between the phases; blocks that lie on two
 * are worked on by one of them at a time. The origin and the progress may be used by any.
 *
 * <p>Invariants. Every step can be repeated after a crash before or after it: a replica is one replica at any moment,
 * even with its two files in two directories, and one that is restored is told by stamp, length and state, which are
 * given in this order and last. What is put back has the bytes of T, or is not there: a version that is lost takes its
 * replica along. What was written after the rollback ({@code newStamp} and above) is never touched. A replica goes only
 * when what a newer snapshot needs of it is in a store.
 */
@NullMarked
package org.volsnap.datanode.rollback;

import org.jspecify.annotations.NullMarked;
