/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.dm;

/**
 * Bytes that no store writes.
 *
 * @param offset byte on the device
 * @param reason for the operator
 */
record Damage(long offset, String reason) {}
