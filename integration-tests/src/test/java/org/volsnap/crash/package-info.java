/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
/**
 * A cluster of processes that are killed at random and at named points, under load, and what it had promised. {@link
 * org.volsnap.crash.CrashCampaign} is the way in: rounds of writers ({@link org.volsnap.crash.Writer}), snapshots and
 * kills ({@link org.volsnap.crash.Killer}), each followed by a rollback under kills ({@link
 * org.volsnap.crash.KilledRollback}). {@link org.volsnap.crash.Books} says what may be read afterwards.
 */
@NullMarked
package org.volsnap.crash;

import org.jspecify.annotations.NullMarked;
