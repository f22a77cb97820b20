/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
/**
 * How long a rollback takes. {@link org.volsnap.speed.RollbackSpeed} is the command; {@code docs/performance.md} has the
 * figures. One thread at a time.
 */
@NullMarked
package org.volsnap.speed;

import org.jspecify.annotations.NullMarked;
