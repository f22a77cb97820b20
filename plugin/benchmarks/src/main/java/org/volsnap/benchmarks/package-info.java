/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
/**
 * What the stores cost, as ratios of one run on one machine: {@link org.volsnap.benchmarks.StoreBenchmarks} runs the JMH
 * benchmarks of this package and prints them. Not part of the default build; the command is
 *
 * <pre>mvn -B -pl plugin/benchmarks -am -DskipTests -Pbenchmarks verify</pre>
 *
 * Files go to the module's target directory: the disk under it is what is measured.
 */
@NullMarked
package org.volsnap.benchmarks;

import org.jspecify.annotations.NullMarked;
