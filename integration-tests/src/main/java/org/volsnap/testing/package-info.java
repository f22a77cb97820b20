/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
/**
 * Real HDFS clusters in this process. {@link org.volsnap.testing.VolsnapCluster} starts a NameNode and DataNodes of
 * Hadoop's {@code MiniDFSCluster} with the plugin enabled through the keys an operator sets, and runs
 * {@code hdfs volsnap} commands as an operator types them. Used by the tests and by the demo; one thread at a time.
 */
@NullMarked
package org.volsnap.testing;

import org.jspecify.annotations.NullMarked;
