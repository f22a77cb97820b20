/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store;

/**
 * Where a store keeps one chunk. Opaque to all but that store; 64 bits, so that a table of them stays small.
 *
 * @param value the store's own address
 */
public record ChunkLocation(long value) {}
