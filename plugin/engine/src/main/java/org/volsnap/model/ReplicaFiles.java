/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.model;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;

/**
 * The two files of a replica.
 *
 * @param data the block file
 * @param meta the file of its checksums, whose name carries the generation stamp
 */
public record ReplicaFiles(Path data, Path meta) {
    public ReplicaFiles {
        requireNonNull(data, "data is null");
        requireNonNull(meta, "meta is null");
    }
}
