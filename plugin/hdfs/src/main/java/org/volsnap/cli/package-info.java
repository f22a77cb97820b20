/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
/**
 * The command line, {@code hdfs volsnap}: one class per {@link Command}, found by name in {@link VolsnapAdmin}, which is
 * a Hadoop {@code Tool}. Data goes to standard output, help and errors to standard error, an error in one line; exit
 * codes are those of Hadoop's own admin tools. Everything runs in the caller's thread.
 */
@NullMarked
package org.volsnap.cli;

import org.jspecify.annotations.NullMarked;
