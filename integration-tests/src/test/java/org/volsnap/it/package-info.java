/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
/**
 * What a user sees, on a running HDFS: snapshot, wreck, roll back, compare. {@code FileSystemState} holds what must come back,
 * {@code Wreckage} loses it in every way HDFS can, {@code Rollback} types what the operator types.
 */
@NullMarked
package org.volsnap.it;

import org.jspecify.annotations.NullMarked;
