/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
/**
 * What stores that lie on a {@link org.volsnap.store.Device} share: {@link org.volsnap.store.device.ChunkDevice}, the
 * device addressed by chunks, {@link org.volsnap.store.device.ChunkWriters}, the threads that write chunks beside one
 * another, and the figures of {@code dmsetup status}.
 */
@NullMarked
package org.volsnap.store.device;

import org.jspecify.annotations.NullMarked;
