/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
/**
 * dm-snapshot's engine over blocks: {@link org.volsnap.engine.SnapshotEngine} gates every change of the origin,
 * preserves what a snapshot needs, answers reads of the past, and merges the past back. The only package with locks.
 */
@NullMarked
package org.volsnap.engine;

import org.jspecify.annotations.NullMarked;
