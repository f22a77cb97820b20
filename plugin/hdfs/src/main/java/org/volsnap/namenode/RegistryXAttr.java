/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import org.apache.hadoop.hdfs.DFSConfigKeys;
import org.jspecify.annotations.Nullable;
import org.volsnap.protocol.RefusedException;

/**
 * The registry as an extended attribute of the root: it goes through the edit log, so whoever has the namespace has it.
 * Its room is what the NameNode allows an extended attribute. A part of it is kept free of new snapshots, so that
 * marking, deleting and rolling back are always possible.
 */
public final class RegistryXAttr {
    /** Only superusers see and set it. */
    public static final String NAME = "trusted.volsnap.registry";

    /** Hadoop counts the name without its prefix. */
    private static final int NAME_BYTES = "volsnap.registry".getBytes(UTF_8).length;

    /** One eighth of the room is not for new snapshots. */
    private static final int RESERVED_PART = 8;

    /** Field number and length in front of each snapshot. */
    private static final int TAG_BYTES = 2;

    private RegistryXAttr() {}

    /** @throws RegistryDamagedException when the bytes are not the registry of this block pool */
    public static Registry decode(byte @Nullable [] value, String blockPoolId) throws IOException {
        if (value == null) {
            return Registry.empty(blockPoolId);
        }
        Registry registry = Registry.parse(value);
        String pool = registry.toProto().getBlockPoolId();
        if (!pool.equals(blockPoolId)) {
            throw new RegistryDamagedException(
                    "the registry of snapshots is of block pool " + pool + ", this is " + blockPoolId);
        }
        return registry;
    }

    /** The bytes to write, if they fit. */
    static byte[] encode(Registry registry, int limit) throws RefusedException {
        byte[] bytes = registry.toBytes();
        if (bytes.length + NAME_BYTES > limit) {
            throw full(registry, limit);
        }
        return bytes;
    }

    /** Refuses a registry that has grown by a new snapshot beyond what new snapshots may fill. */
    static void checkRoom(Registry registry, int limit) throws RefusedException {
        if (registry.toBytes().length > roomForNew(limit)) {
            throw full(registry, limit);
        }
    }

    private static int roomForNew(int limit) {
        return limit - limit / RESERVED_PART - NAME_BYTES;
    }

    private static RefusedException full(Registry registry, int limit) {
        int size = registry.toBytes().length;
        int count = registry.snapshots().size();
        int ofSnapshots = registry.snapshots().stream()
                .mapToInt(snapshot -> snapshot.getSerializedSize() + TAG_BYTES)
                .sum();
        int room = Math.max(0, roomForNew(limit) - (size - ofSnapshots));
        long fit = (long) room * count / Math.max(1, ofSnapshots);
        return new RefusedException("the registry of snapshots is full: " + size + " bytes with " + count
                + " snapshots, about " + fit + " fit into " + DFSConfigKeys.DFS_NAMENODE_MAX_XATTR_SIZE_KEY + "="
                + limit
                + "; delete snapshots or raise that key (to at most 32768)");
    }
}
