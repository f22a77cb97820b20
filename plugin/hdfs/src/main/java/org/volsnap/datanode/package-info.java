/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
/**
 * volsnap in the DataNode. The way of a client's delete: {@code VolsnapDataset} (the decorator that Hadoop calls) ->
 * {@code ReplicaPreserver} (what is at risk) -> the engine's gate -> the store -> Hadoop's own dataset.
 */
@NullMarked
package org.volsnap.datanode;

import org.jspecify.annotations.NullMarked;
