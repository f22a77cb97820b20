/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode.diff;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.common.hash.HashFunction;
import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import java.util.Comparator;
import java.util.List;
import org.apache.hadoop.fs.XAttr;
import org.apache.hadoop.fs.permission.AclEntry;
import org.apache.hadoop.hdfs.XAttrHelper;
import org.apache.hadoop.hdfs.server.blockmanagement.BlockInfo;
import org.apache.hadoop.hdfs.server.namenode.AclStorage;
import org.apache.hadoop.hdfs.server.namenode.INode;
import org.apache.hadoop.hdfs.server.namenode.INodeDirectory;
import org.apache.hadoop.hdfs.server.namenode.INodeFile;
import org.apache.hadoop.hdfs.server.namenode.XAttrStorage;
import org.apache.hadoop.hdfs.server.namenode.snapshot.Snapshot;

/** Makes an entry of an inode of Hadoop's, as it is now in its namespace. */
final class EntryMaker {
    private static final HashFunction HASH = Hashing.murmur3_128();

    /** Attributes of volsnap's own: about snapshots, and not what they are taken of. */
    private static final String OWN = "trusted.volsnap.";

    private EntryMaker() {}

    static Entry entry(INode inode, String path) {
        INodeDirectory parent = inode.getParent();
        Fingerprint.Builder fingerprint = new Fingerprint.Builder()
                .set(Aspect.PERMISSIONS, permissions(inode))
                .set(Aspect.TIME, inode.getModificationTime())
                .set(Aspect.ACCESS_TIME, inode.getAccessTime())
                .set(Aspect.ATTRIBUTES, attributes(inode));
        long length = 0;
        boolean open = false;
        Entry.Kind kind = Entry.Kind.FILE;
        if (inode.isFile()) {
            INodeFile file = inode.asFile();
            length = file.computeFileSize();
            open = file.isUnderConstruction();
            fingerprint
                    .set(Aspect.CONTENT, blocks(file))
                    .set(Aspect.OPEN, open ? 1 : 0)
                    .set(Aspect.STORAGE, file.getHeaderLong());
        } else if (inode.isDirectory()) {
            kind = Entry.Kind.DIRECTORY;
            fingerprint
                    .set(Aspect.QUOTA, quota(inode.asDirectory()))
                    .set(Aspect.SNAPSHOTS, snapshots(inode.asDirectory()));
        } else {
            kind = Entry.Kind.SYMLINK;
            fingerprint.set(
                    Aspect.CONTENT,
                    HASH.hashBytes(inode.asSymlink().getSymlink()).asLong());
        }
        return new Entry(
                inode.getId(), parent == null ? 0 : parent.getId(), kind, path, length, open, fingerprint.build());
    }

    private static long blocks(INodeFile file) {
        BlockInfo[] blocks = file.getBlocks();
        if (blocks.length == 0) {
            return 0;
        }
        Hasher hasher = HASH.newHasher();
        for (BlockInfo block : blocks) {
            hasher.putLong(block.getBlockId())
                    .putLong(block.getGenerationStamp())
                    .putLong(block.getNumBytes());
        }
        return hasher.hash().asLong();
    }

    private static long permissions(INode inode) {
        Hasher hasher = HASH.newHasher();
        text(hasher, inode.getUserName());
        text(hasher, inode.getGroupName());
        hasher.putShort(inode.getFsPermissionShort());
        for (AclEntry entry : AclStorage.readINodeAcl(inode)) {
            text(hasher, entry.toString());
        }
        return hasher.hash().asLong();
    }

    /** In no particular order in Hadoop's list. */
    private static long attributes(INode inode) {
        List<XAttr> attributes = XAttrStorage.readINodeXAttrs(inode).stream()
                .filter(attribute -> !XAttrHelper.getPrefixedName(attribute).startsWith(OWN))
                .sorted(Comparator.comparing(XAttrHelper::getPrefixedName))
                .toList();
        if (attributes.isEmpty()) {
            return 0;
        }
        Hasher hasher = HASH.newHasher();
        for (XAttr attribute : attributes) {
            text(hasher, XAttrHelper.getPrefixedName(attribute));
            byte[] value = attribute.getValue();
            hasher.putInt(value == null ? -1 : value.length);
            if (value != null) {
                hasher.putBytes(value);
            }
        }
        return hasher.hash().asLong();
    }

    private static long quota(INodeDirectory directory) {
        return directory.isQuotaSet()
                ? HASH.hashString(directory.getQuotaCounts().toString(), UTF_8).asLong()
                : 0;
    }

    /** A directory that can have snapshots and has none is not one that can't. */
    private static long snapshots(INodeDirectory directory) {
        if (!directory.isSnapshottable()) {
            return 0;
        }
        Hasher hasher = HASH.newHasher();
        for (Snapshot snapshot : directory.getDirectorySnapshottableFeature().getSnapshotList()) {
            hasher.putInt(snapshot.getId());
            text(hasher, snapshot.getRoot().getLocalName());
        }
        return hasher.hash().asLong();
    }

    private static void text(Hasher hasher, String text) {
        hasher.putInt(text.length()).putString(text, UTF_8);
    }
}
