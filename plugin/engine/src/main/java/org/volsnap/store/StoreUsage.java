/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store;

/**
 * What a store takes up.
 *
 * @param liveBytes bytes of chunks and records that something needs
 * @param totalBytes bytes on disk, dead ones included
 */
public record StoreUsage(long liveBytes, long totalBytes) {}
