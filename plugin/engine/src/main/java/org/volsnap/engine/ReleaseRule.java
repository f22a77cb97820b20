/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import java.util.List;

/** A step on all lineages of a block. Called with the block's lock held: it neither waits nor does I/O. */
interface ReleaseRule {
    void apply(List<Lineage> lineages, Release release);
}
