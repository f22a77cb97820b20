/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store;

import org.volsnap.model.BlockKey;
import org.volsnap.model.ReplicaFiles;
import org.volsnap.model.SnapshotId;

/**
 * A replica that is kept whole, as a pair of hard links.
 *
 * @param key the block and the stamp that the files carry
 * @param owner the snapshot under which it is kept
 * @param files the links in the store
 */
public record WholeReplica(BlockKey key, SnapshotId owner, ReplicaFiles files) {}
