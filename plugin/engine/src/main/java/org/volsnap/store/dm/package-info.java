/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
/**
 * The kernel's own persistent exception store (dm-snap-persistent.c): a COW device that Linux wrote opens here, and one
 * written here opens there, byte for byte the same after the same exceptions.
 *
 * <p>Start at {@link org.volsnap.store.dm.DmStore}. {@code DmFormat} has the offsets, {@code MetadataArea} the area that
 * is written to now, {@code GroupCommit} the order: exceptions become durable in the order in which their space was
 * taken, all that wait at once. Invariant: an entry of an area never names a chunk whose data is not durable. One lock,
 * a leaf, held for a few instructions; who commits or merges has a role that one thread at a time takes.
 */
@NullMarked
package org.volsnap.store.dm;

import org.jspecify.annotations.NullMarked;
