/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
/**
 * The persistent store: exceptions in an append-only log, whole replicas as hard links. {@code docs/on-disk-format.md}
 * says what the bytes are. Reading order:
 *
 * <ol>
 *   <li>{@link org.volsnap.store.file.FileStore} opens a directory: {@code StoreDirectory} makes and knows it, {@code
 *       StoreLayout} has its names.
 *   <li>{@code LogExceptionStore} is the log behind the seam. {@code LogFormat} holds the offsets, {@code FrameCodec} and
 *       {@code RecordCodec} the bytes.
 *   <li>{@code Committer} takes what waits, {@code LogWriter} makes it one batch with one force.
 *   <li>{@code LogRecovery} reads all of it again, with {@code SegmentWalk}, {@code OpenSegmentEnd} (torn tail or damage?)
 *       and {@code ReplayGuide} (what is told, what is lost).
 *   <li>{@code SpaceIndex} knows what is live, {@code Compactor} gives the rest back.
 *   <li>{@code LinkedReplicaStore}, {@code OwnerLinks} and {@code LinkBatch} keep whole replicas.
 * </ol>
 *
 * <p>All file access goes through {@code StoreFiles}, so that tests can cut the power, tear writes and fill the disk.
 *
 * <p>Threads: a committer per open store owns the log's tail and the list of segments; everybody else asks it. One sweep per open
 * counts links. {@code compact()} belongs to one caller. Readers open their segment themselves. Monitors are
 * held for memory, or for a few system calls on one directory of links, never while anything is forced.
 *
 * <p>Invariants: what a future acknowledged is there after any stop; no batch follows a torn one; a location never
 * changes; damage is told at every open, with file and offset, and the versions it concerns are lost; a pair of links is always
 * whole in at least one place.
 */
@NullMarked
package org.volsnap.store.file;

import org.jspecify.annotations.NullMarked;
