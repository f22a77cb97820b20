/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
/**
 * dm-snapshot's engine over blocks: {@link org.volsnap.engine.SnapshotEngine} gates every change of the origin,
 * preserves what a snapshot needs, answers reads of the past, and merges the past back. Enter at {@link
 * org.volsnap.engine.CowEngine}.
 *
 * <p>The way of a change: {@code BlockGate} (one change of a block at a time) and {@code ChangeEpochs} (new snapshots wait
 * for it), {@code Preserver} (walk, start what is missing, wait, walk again), {@code BlockExceptions} (the tables of a
 * block and the lock over them: one look is one method), {@code CopyService} and the store, {@code LossRecorder} when
 * something fails. A replica that goes as a whole: {@code WholeReplicas}.
 *
 * <p>The tables: a block has {@code Lineage}s, a lineage has versions and an {@code ExceptionTable}; see
 * docs/decisions/0001. The way of a read: {@code SnapshotReader}. The way back: {@code Merger}. What a snapshot leaves
 * behind: {@code SnapshotDrop} with {@code HandDown} and {@code Adoption}. After a restart: {@code EngineLoader}.
 *
 * <p>Invariants: nothing a snapshot needs changes before its copy is durable or its loss recorded; a chunk is in one of
 * the four states of {@code ChunkState}; no lock is held while anything waits. Locks, threads and failures are in
 * docs/concurrency.md.
 */
@NullMarked
package org.volsnap.engine;

import org.jspecify.annotations.NullMarked;
