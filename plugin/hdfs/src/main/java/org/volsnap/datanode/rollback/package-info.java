/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
/** Puts a storage volume back to a snapshot. */
@NullMarked
package org.volsnap.datanode.rollback;

import org.jspecify.annotations.NullMarked;
