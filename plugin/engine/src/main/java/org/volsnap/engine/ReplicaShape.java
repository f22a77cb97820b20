/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

/**
 * What the files of a replica say of it.
 *
 * @param length bytes of data
 * @param checksumHeader first bytes of the meta file; empty for a device
 */
public record ReplicaShape(long length, byte[] checksumHeader) {}
