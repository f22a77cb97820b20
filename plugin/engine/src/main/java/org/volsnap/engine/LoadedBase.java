/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import org.volsnap.model.Base;

/**
 * A lineage's base as a store has it.
 *
 * @param base the base
 * @param sequence the larger, the newer; decides between stores
 */
record LoadedBase(Base base, long sequence) {
    /** Matches no replica: a base that no store knows any more. */
    static final LoadedBase NONE = new LoadedBase(new Base(-1, Long.MAX_VALUE, -1, Long.MAX_VALUE), 0);

    static LoadedBase newer(LoadedBase one, LoadedBase other) {
        return one.sequence >= other.sequence ? one : other;
    }
}
