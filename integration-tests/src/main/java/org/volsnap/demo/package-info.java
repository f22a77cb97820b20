/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
/**
 * The demo, {@code bin/volsnap demo [DIR]}: a real HDFS in this process loses data in every way HDFS can lose it and
 * comes back byte for byte. {@link org.volsnap.demo.Demo} is the story, step by step; {@link
 * org.volsnap.demo.Comparison} is the judge, in a process of its own, which knows only the sums taken before the
 * snapshot. {@link org.volsnap.demo.PlayCluster} starts the same cluster for playing. One thread; the end by Ctrl-C runs
 * in a shutdown hook.
 */
@NullMarked
package org.volsnap.demo;

import org.jspecify.annotations.NullMarked;
