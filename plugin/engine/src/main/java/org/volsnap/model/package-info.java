/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
/**
 * Records and ids of the copy-on-write engine: no I/O, no threads, no Hadoop. Start at {@link
 * org.volsnap.model.BlockKey}: what a snapshot preserves is one block version, chunk by chunk.
 */
@NullMarked
package org.volsnap.model;

import org.jspecify.annotations.NullMarked;
