/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
/**
 * Stores that live as long as this process, as dm's transient store does: for a device that is snapshotted for the
 * length of a backup, and for tests of the engine.
 *
 * <p>{@link org.volsnap.store.memory.MemoryExceptionStore} is a handle on {@link
 * org.volsnap.store.memory.MemoryContent}, which outlives it: closing the one and opening another on the same content is
 * a restart. {@link org.volsnap.store.memory.MemoryReplicaStore} keeps hard links, and only their index in memory. A
 * commit is "durable" when it returns: it is never forced anywhere.
 */
@NullMarked
package org.volsnap.store.memory;

import org.jspecify.annotations.NullMarked;
