/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
/**
 * The NameNode of a mounted snapshot, in a process of its own. {@link org.volsnap.namenode.mount.MountProcess} is what the
 * command starts; {@code SnapshotMount} is the life of one mount: a copy of the kept namespace in a {@code MountDirectory}, a
 * {@code SnapshotNameNode} on it, an entry in the cluster's registry, and the end of all three.
 *
 * <p>Threads: one that starts, waits and watches; Hadoop's own; a shutdown hook that ends the mount.
 *
 * <p>Invariants: an entry is made when the NameNode serves, and taken back by whoever ends it; the directory goes with the
 * process, or with the next mount on the host.
 */
@NullMarked
package org.volsnap.namenode.mount;

import org.jspecify.annotations.NullMarked;
