/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.model;

/**
 * Generation stamps in a row.
 *
 * @param first inclusive
 * @param last inclusive
 */
public record StampRange(long first, long last) {
    public boolean contains(long stamp) {
        return stamp >= first && stamp <= last;
    }
}
