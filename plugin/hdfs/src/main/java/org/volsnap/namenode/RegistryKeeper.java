/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.util.function.UnaryOperator;
import org.apache.hadoop.hdfs.DFSConfigKeys;
import org.apache.hadoop.hdfs.server.namenode.VolsnapNameNodeBridge;
import org.volsnap.protocol.RefusedException;

/**
 * Holds the current registry and is the only one to change it. Changes are made one after the other under the namesystem's
 * lock, and are durable before anybody sees them. Reading takes no lock.
 */
final class RegistryKeeper {
    private final VolsnapNameNodeBridge nameNode;
    private volatile Registry current;

    RegistryKeeper(VolsnapNameNodeBridge nameNode) throws IOException {
        this.nameNode = requireNonNull(nameNode, "nameNode is null");
        this.current = read();
    }

    Registry current() {
        return current;
    }

    /** Reads it again from the namespace: after the NameNode has become active, or while it follows another. */
    void reload() throws IOException {
        nameNode.exclusively("volsnapReadRegistry", () -> current = read());
    }

    private Registry read() throws IOException {
        return RegistryXAttr.decode(nameNode.rootAttribute(RegistryXAttr.NAME), nameNode.blockPoolId());
    }

    /**
     * Makes a change; returns the registry after it. It is made to what the namespace says and not to what was read last:
     * meanwhile another NameNode may have been active.
     *
     * @throws RefusedException when there is no room for it; {@code SafeModeException} when nothing can be written
     */
    Registry update(UnaryOperator<Registry> change) throws IOException {
        return nameNode.exclusively("volsnapWriteRegistry", () -> {
            reload();
            return write(change.apply(current));
        });
    }

    /** As {@link #update}, for a change that brings a new snapshot: leaves the reserved room alone. */
    Registry updateWithRoom(UnaryOperator<Registry> change) throws IOException {
        return nameNode.exclusively("volsnapWriteRegistry", () -> {
            reload();
            Registry next = change.apply(current);
            RegistryXAttr.checkRoom(next, nameNode.attributeSizeLimit());
            return write(next);
        });
    }

    private Registry write(Registry next) throws IOException {
        if (next == current) {
            return next;
        }
        if (!nameNode.attributesEnabled()) {
            throw new RefusedException(DFSConfigKeys.DFS_NAMENODE_XATTRS_ENABLED_KEY
                    + " is false: the registry of snapshots is an extended attribute");
        }
        nameNode.setRootAttribute(RegistryXAttr.NAME, RegistryXAttr.encode(next, nameNode.attributeSizeLimit()));
        current = next;
        return next;
    }
}
