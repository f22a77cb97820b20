/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.device;

/**
 * How full a store is, in sectors of 512 bytes: what {@code dmsetup status} prints of a snapshot that is neither invalid
 * nor overflowed (exception_store_type.usage).
 *
 * @param sectorsAllocated handed out, not only committed; header and metadata areas included
 * @param totalSectors the whole device, also when that is no multiple of the chunk
 * @param metadataSectors the part that holds no data
 */
public record DmStatus(long sectorsAllocated, long totalSectors, long metadataSectors) {}
