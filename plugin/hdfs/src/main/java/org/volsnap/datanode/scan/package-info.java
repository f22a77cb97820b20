/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
/**
 * The background scan of a DataNode: reads what is preserved, slowly, and says what has rotted while other DataNodes still
 * have it. Modelled on Hadoop's {@code VolumeScanner}, which reads the live replicas.
 *
 * <p>{@link org.volsnap.datanode.scan.VolumeScans} has a thread for each storage volume, which runs a {@link
 * org.volsnap.datanode.scan.VolumeScan}. A period goes once over the {@link
 * org.volsnap.store.WholeReplicaStore#PARTS parts} of a volume, each in the order of block ids; where it has got to lies in
 * a file ({@link org.volsnap.datanode.scan.ScanFile}). Memory follows one part, not the store. No lock is held while it
 * waits, and it is never interrupted: that would close files that others read.
 */
@NullMarked
package org.volsnap.datanode.scan;

import org.jspecify.annotations.NullMarked;
