/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
/**
 * volsnap in the NameNode. {@link org.volsnap.namenode.VolsnapNameNodePlugin} is what Hadoop starts: it serves the one
 * protocol ({@code AdminService} for operators, {@code PollService} for DataNodes) and keeps house every second.
 *
 * <p>The truth is the {@link org.volsnap.namenode.Registry}, an immutable value kept in an extended attribute of the root;
 * {@code RegistryKeeper} holds the current one and is the only writer. Everything else (who polled, what verify found) is
 * soft and is asked for again after a restart.
 *
 * <p>Threads: RPC handlers, and one housekeeper. Locks, in this order: the operation in progress ({@code Operations}), the
 * namesystem's, then the monitors of single classes. Polls take neither of the first two. Nobody waits for a DataNode
 * while holding the namesystem's lock.
 */
@NullMarked
package org.volsnap.namenode;

import org.jspecify.annotations.NullMarked;
