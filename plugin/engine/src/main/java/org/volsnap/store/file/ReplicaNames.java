/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.file;

import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.volsnap.model.BlockKey;
import org.volsnap.model.ReplicaFiles;
import org.volsnap.store.WholeReplicaStore;

/**
 * Where the links of one owner lie: two levels of 32 directories by block id, as Hadoop's {@code
 * DatanodeUtil.idToBlockDir} has them. Both names carry the stamp, since an owner can have several stamps of one id.
 */
final class ReplicaNames {
    static final int DIRECTORIES = WholeReplicaStore.PARTS;

    private static final int LEVEL_BITS = 5;
    private static final int LEVEL_MASK = (1 << LEVEL_BITS) - 1;
    private static final String META_SUFFIX = ".meta";
    private static final Pattern DATA_NAME = Pattern.compile("blk_(-?\\d{1,19})_(-?\\d{1,19})");

    private ReplicaNames() {}

    /** Which of the {@link #DIRECTORIES} of an owner this block's links lie in. */
    static int directoryIndex(long blockId) {
        return WholeReplicaStore.partOf(blockId);
    }

    static Path directory(Path owner, int index) {
        return upperDirectory(owner, index).resolve("subdir" + (index & LEVEL_MASK));
    }

    static Path upperDirectory(Path owner, int index) {
        return owner.resolve("subdir" + (index >> LEVEL_BITS));
    }

    static ReplicaFiles files(Path directory, BlockKey key) {
        String name = "blk_" + key.blockId() + "_" + key.stamp();
        return new ReplicaFiles(directory.resolve(name), directory.resolve(name + META_SUFFIX));
    }

    /** The key whose data or meta file has this name; empty when it is no such name. */
    static Optional<BlockKey> key(String pool, String fileName) {
        String name = isMeta(fileName) ? fileName.substring(0, fileName.length() - META_SUFFIX.length()) : fileName;
        Matcher matcher = DATA_NAME.matcher(name);
        if (!matcher.matches()) {
            return Optional.empty();
        }
        try {
            return Optional.of(new BlockKey(pool, Long.parseLong(matcher.group(1)), Long.parseLong(matcher.group(2))));
        } catch (NumberFormatException e) {
            return Optional.empty(); // 19 digits, but more than a long
        }
    }

    static boolean isMeta(String fileName) {
        return fileName.endsWith(META_SUFFIX);
    }
}
