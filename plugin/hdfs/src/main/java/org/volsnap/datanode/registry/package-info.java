/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
/**
 * Follows the NameNode's registry: which snapshots exist, how far each has come, which rollback epochs there are.
 *
 * <p>{@link org.volsnap.datanode.registry.RegistryFollower} is the way in, one for each block pool. {@code PollLoop} asks
 * again and again; {@code RegistryReader} decides whether to believe the answer (never an older version, never another
 * block pool's); {@code FollowerState} keeps it on every storage volume; {@code ChainKeeper} brings the engine's chain in
 * line with it; {@code FollowerMode} is the state machine, and {@code PoolGate} opens and closes the pool as the mode
 * asks. {@code NameNodePoller} finds the NameNode that speaks for the pool.
 *
 * <p>Threads: one owns all state and is never blocked by the network; one asks the NameNode; one opens and closes the
 * pool, which waits for calls that were let in; one drops snapshots; two verify blocks. See {@code FollowerThreads}.
 *
 * <p>Invariants. What is acknowledged is durable, or true of every change from then on. A snapshot is kept in {@code
 * FollowerState} before the engine has it and until its last exception is gone. Nothing is dropped because it is not
 * listed, only because it is called deleted. When the lease is over everything is preserved and no delete passes. At most
 * one snapshot is provisional, and while it is there none is newer. Nothing is reported or served while a rollback epoch
 * is known that is not applied.
 */
@NullMarked
package org.volsnap.datanode.registry;

import org.jspecify.annotations.NullMarked;
