/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode.rollback;

import org.apache.hadoop.hdfs.protocol.Block;
import org.jspecify.annotations.Nullable;

/**
 * The name of a replica's file, {@code blk_<id>} or {@code blk_<id>_<stamp>.meta}. Hadoop's {@code Block} reads the same
 * with regular expressions, which is what most of a walk over unchanged replicas would be spent on.
 *
 * @param stamp {@link #OF_DATA} in the name of a data file
 */
record BlockFileName(long blockId, long stamp) {
    private static final long OF_DATA = -1;
    private static final String META = ".meta";

    boolean isMeta() {
        return stamp != OF_DATA;
    }

    /** Null when it is the name of something else. */
    static @Nullable BlockFileName parse(String name) {
        int from = Block.BLOCK_FILE_PREFIX.length();
        if (!name.startsWith(Block.BLOCK_FILE_PREFIX)) {
            return null;
        }
        int idEnd = endOfDigits(name, name.startsWith("-", from) ? from + 1 : from);
        try {
            if (idEnd == name.length()) {
                return new BlockFileName(Long.parseLong(name.substring(from)), OF_DATA);
            }
            int stampEnd = endOfDigits(name, idEnd + 1);
            boolean meta = name.charAt(idEnd) == '_' && name.substring(stampEnd).equals(META);
            return meta
                    ? new BlockFileName(
                            Long.parseLong(name.substring(from, idEnd)),
                            Long.parseLong(name.substring(idEnd + 1, stampEnd)))
                    : null;
        } catch (NumberFormatException e) {
            return null;
        }
    }

    private static int endOfDigits(String name, int from) {
        int end = Math.min(from, name.length());
        while (end < name.length() && name.charAt(end) >= '0' && name.charAt(end) <= '9') {
            end++;
        }
        return end;
    }
}
