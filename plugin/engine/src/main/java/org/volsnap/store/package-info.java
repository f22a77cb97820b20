/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
/**
 * The seam between the engine and what keeps exceptions: {@link org.volsnap.store.ExceptionStore} with its promises of
 * durability, the records that go through it, and what it throws. The engine never learns a store's format, a store
 * never learns a chunk's state.
 */
@NullMarked
package org.volsnap.store;

import org.jspecify.annotations.NullMarked;
