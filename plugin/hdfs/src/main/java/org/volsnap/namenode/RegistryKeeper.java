/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.apache.hadoop.hdfs.DFSConfigKeys;
import org.apache.hadoop.hdfs.server.namenode.VolsnapNameNodeBridge;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.volsnap.protocol.RefusedException;
import org.volsnap.protocol.proto.VolsnapProtos.RegistryProto;

/**
 * Holds the current registry and is the only one to change it. Changes are made one after the other under the
 * namesystem's lock, and are durable before anybody sees them. Reading takes no lock.
 *
 * <p>A superuser can remove or replace the attribute. The version tells: it never goes back, not even by a rollback.
 * Once it has, or a DataNode has seen a higher one, nothing is changed any more: ids that were used would be used
 * again, and their tombstones would make DataNodes drop what they keep. The operator has the newest known registry
 * written again ({@link #restore}).
 *
 * <p>Hadoop's own rollback of an upgrade takes the attribute back to what it was before the upgrade. So nothing is
 * changed until the upgrade is finalized: the version is the same then, and DataNodes go on.
 */
final class RegistryKeeper {
    private static final Logger LOG = LoggerFactory.getLogger(RegistryKeeper.class);

    private final VolsnapNameNodeBridge nameNode;
    private volatile Registry current;
    private volatile Registry told;
    private volatile Seen highestSeen = new Seen(0, "nobody");

    /** What is wrong with the attribute itself. */
    private volatile @Nullable String damage;

    /** The attribute as it was read or written last. */
    private volatile byte @Nullable [] bytes;

    /** The highest version that a DataNode has named, and which one that was. */
    private record Seen(long version, String hostAndPort) {
        @Override
        public String toString() {
            return "DataNode " + hostAndPort + " has seen " + version;
        }
    }

    RegistryKeeper(VolsnapNameNodeBridge nameNode) throws IOException {
        this.nameNode = requireNonNull(nameNode, "nameNode is null");
        this.current = Registry.empty(nameNode.blockPoolId());
        this.told = current;
        read();
    }

    Registry current() {
        return current;
    }

    /** Why the attribute can't be trusted, and what the operator does about it: one line. Empty when all is well. */
    Optional<String> problem() {
        String reason = damage;
        Seen seen = highestSeen;
        if (reason == null && seen.version() > current.version()) {
            reason = "the registry of snapshots has version " + current.version() + ", " + seen;
        }
        return Optional.ofNullable(reason)
                .map(text -> text + "; nothing is dropped, and nothing can be created or deleted until 'hdfs volsnap"
                        + " -restoreRegistry' writes the newest one that is known");
    }

    /**
     * Reads it again from the namespace: after the NameNode has become active, while it follows another, and now and
     * then. Locks the namesystem for others only when there is something new.
     */
    void reload() throws IOException {
        if (Arrays.equals(nameNode.rootAttribute(RegistryXAttr.NAME), bytes)) {
            return;
        }
        nameNode.exclusively("volsnapReadRegistry", () -> {
            read();
            return current;
        });
    }

    private void read() throws IOException {
        String found = null;
        try {
            byte[] value = nameNode.rootAttribute(RegistryXAttr.NAME);
            bytes = value;
            Registry read = RegistryXAttr.decode(value, nameNode.blockPoolId());
            if (read.version() >= current.version()) {
                current = read;
            } else {
                found = "the registry of snapshots has version " + read.version() + ", version " + current.version()
                        + " was written";
            }
        } catch (RegistryDamagedException e) {
            found = e.getMessage();
        }
        if (found != null && damage == null) {
            LOG.error("{}: {} was lost or replaced: {}", nameNode.blockPoolId(), RegistryXAttr.NAME, found);
        }
        damage = found;
    }

    /**
     * A DataNode of this block pool has seen a version.
     *
     * @return whether it should tell what that was
     */
    boolean seen(long version, String hostAndPort) {
        if (version > highestSeen.version()) {
            noteHighest(new Seen(version, hostAndPort));
        }
        return version > Math.max(current.version(), told.version());
    }

    private synchronized void noteHighest(Seen seen) {
        if (seen.version() > highestSeen.version()) {
            highestSeen = seen;
        }
    }

    /** A DataNode tells the registry of the highest version that it has seen. */
    synchronized void told(RegistryProto registry) {
        if (registry.getVersion() > told.version() && registry.getBlockPoolId().equals(nameNode.blockPoolId())) {
            told = Registry.of(registry);
        }
    }

    /**
     * Writes the newest registry that is known, as a version that nobody has seen.
     *
     * @throws RefusedException when the attribute is as it should be, or a DataNode has not told yet what it has seen
     */
    Registry restore() throws IOException {
        return nameNode.exclusively("volsnapRestoreRegistry", () -> {
            checkFinalized();
            read();
            if (problem().isEmpty()) {
                throw new RefusedException("the registry of snapshots is whole: version " + current.version());
            }
            Registry newest = told.version() > current.version() ? told : current;
            Seen seen = highestSeen;
            if (newest.version() < seen.version()) {
                throw new RefusedException(
                        seen + ", a newer registry than any that is known, and has not told it yet; try"
                                + " again in a few seconds. If it is down start it, or restart the NameNode to do without it");
            }
            if (newest.version() == 0) {
                throw new RefusedException("no other registry is known; 'hdfs dfs -setfattr -x " + RegistryXAttr.NAME
                        + " /' and a restart of the NameNode begin with an empty one");
            }
            Registry restored = write(newest.asNewVersion());
            damage = null;
            return restored;
        });
    }

    /**
     * Makes a change; returns the registry after it. It is made to what the namespace says and not to what was read
     * last: meanwhile another NameNode may have been active.
     *
     * @throws RefusedException when there is no room for it, or the registry can't be trusted; {@code
     *     SafeModeException} when nothing can be written
     */
    Registry update(UnaryOperator<Registry> change) throws IOException {
        return nameNode.exclusively("volsnapWriteRegistry", () -> {
            readTrusted();
            return write(change.apply(current));
        });
    }

    /** As {@link #update}, for a change that brings a new snapshot: leaves the reserved room alone. */
    Registry updateWithRoom(UnaryOperator<Registry> change) throws IOException {
        return nameNode.exclusively("volsnapWriteRegistry", () -> {
            readTrusted();
            Registry next = change.apply(current);
            RegistryXAttr.checkRoom(next, nameNode.attributeSizeLimit());
            return write(next);
        });
    }

    private void readTrusted() throws IOException {
        checkFinalized();
        read();
        checkTrusted();
    }

    /** @throws RefusedException where {@link #update} would refuse */
    void checkChangeable() throws RefusedException {
        checkFinalized();
        checkTrusted();
    }

    private void checkTrusted() throws RefusedException {
        Optional<String> problem = problem();
        if (problem.isPresent()) {
            throw new RefusedException(problem.get());
        }
    }

    private void checkFinalized() throws RefusedException {
        if (nameNode.isUpgrading()) {
            throw new RefusedException(
                    "an upgrade of HDFS is not finalized: until then the registry of snapshots stays as"
                            + " it is, for Hadoop's own rollback would take it back");
        }
    }

    private Registry write(Registry next) throws IOException {
        if (next == current) {
            return next;
        }
        if (!nameNode.attributesEnabled()) {
            throw new RefusedException(DFSConfigKeys.DFS_NAMENODE_XATTRS_ENABLED_KEY
                    + " is false: the registry of snapshots is an extended attribute");
        }
        byte[] value = RegistryXAttr.encode(next, nameNode.attributeSizeLimit());
        nameNode.setRootAttribute(RegistryXAttr.NAME, value);
        bytes = value;
        current = next;
        return next;
    }
}
