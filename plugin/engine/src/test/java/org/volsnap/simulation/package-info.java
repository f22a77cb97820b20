/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
/**
 * Histories of an engine that follow from a seed. {@link org.volsnap.simulation.History} says what happens, {@link
 * org.volsnap.simulation.Scheduler} in which order threads go on, {@link org.volsnap.simulation.Model} is the naive
 * snapshot; the invariants are classes with one {@code check} each.
 */
@NullMarked
package org.volsnap.simulation;

import org.jspecify.annotations.NullMarked;
