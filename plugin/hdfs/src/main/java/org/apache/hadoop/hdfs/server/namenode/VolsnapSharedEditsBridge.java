/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.apache.hadoop.hdfs.server.namenode;

import java.io.Closeable;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.hdfs.DFSConfigKeys;
import org.apache.hadoop.hdfs.server.common.HdfsServerConstants.NamenodeRole;
import org.apache.hadoop.hdfs.server.common.HdfsServerConstants.NodeType;
import org.apache.hadoop.hdfs.server.common.StorageInfo;
import org.jspecify.annotations.NullMarked;

/**
 * The edit log that NameNodes share, opened while none of them runs, through what Hadoop keeps to its own package. Opening
 * it is what a NameNode does that becomes active: whoever wrote before is shut out, and what was left unfinished is finished.
 * For one thread.
 */
@NullMarked
public final class VolsnapSharedEditsBridge implements Closeable {
    private final Configuration conf;
    private final FSEditLog log;
    private final int layoutVersion;
    private final boolean readOnly;

    private VolsnapSharedEditsBridge(Configuration conf, FSEditLog log, int layoutVersion, boolean readOnly) {
        this.readOnly = readOnly;
        this.conf = conf;
        this.log = log;
        this.layoutVersion = layoutVersion;
    }

    /**
     * Opens it as its next writer.
     *
     * @param conf of a NameNode, with the keys of its own nameservice made plain
     * @param nameDir one of that NameNode's directories: says whose edits these are
     */
    public static VolsnapSharedEditsBridge open(Configuration conf, File nameDir) throws IOException {
        VolsnapSharedEditsBridge opened = make(conf, nameDir, false);
        opened.log.initJournalsForWrite();
        try {
            opened.log.recoverUnclosedStreams();
        } catch (IOException e) {
            opened.close();
            throw e;
        }
        return opened;
    }

    /** Opens it without changing anything: what was left unfinished is read as far as it goes. */
    public static VolsnapSharedEditsBridge openToRead(Configuration conf, File nameDir) throws IOException {
        VolsnapSharedEditsBridge opened = make(conf, nameDir, true);
        opened.log.initSharedJournalsForRead();
        return opened;
    }

    private static VolsnapSharedEditsBridge make(Configuration conf, File nameDir, boolean readOnly)
            throws IOException {
        Configuration own = new Configuration(conf);
        // Otherwise a thread would be left behind.
        own.setBoolean(DFSConfigKeys.DFS_NAMENODE_EDITS_ASYNC_LOGGING, false);
        own.unset(DFSConfigKeys.DFS_NAMENODE_EDITS_DIR_REQUIRED_KEY);
        if (NameNode.getNameNodeMetrics() == null) {
            NameNode.initMetrics(own, NamenodeRole.NAMENODE);
        }
        NNStorage identity = identity(own, nameDir);
        List<URI> shared = FSNamesystem.getSharedEditsDirs(own);
        NNStorage storage = new NNStorage(own, List.of(), shared);
        storage.setStorageInfo(new StorageInfo(
                identity.getLayoutVersion(),
                identity.getNamespaceID(),
                identity.getClusterID(),
                identity.getCTime(),
                NodeType.NAME_NODE));
        storage.setBlockPoolID(identity.getBlockPoolID());
        FSEditLog log = new FSEditLog(own, storage, shared);
        return new VolsnapSharedEditsBridge(own, log, storage.getLayoutVersion(), readOnly);
    }

    private static NNStorage identity(Configuration conf, File nameDir) throws IOException {
        NNStorage storage = new NNStorage(conf, List.of(nameDir.toURI()), List.of());
        storage.readProperties(storage.dirIterator().next());
        return storage;
    }

    /**
     * Copies every transaction after this one into a file in a directory, in the form of a segment; none where there is none.
     *
     * @return the last transaction copied, else {@code txid}
     */
    public long copyAfter(long txid, File directory) throws IOException {
        File copying = new File(directory, "edits.copying");
        long last = VolsnapEditsBridge.copy(log, txid + 1, Long.MAX_VALUE, readOnly, layoutVersion, copying, conf);
        boolean done = last > txid
                ? copying.renameTo(new File(directory, NNStorage.getFinalizedEditsFileName(txid + 1, last)))
                : copying.delete();
        if (!done) {
            throw new IOException(copying + " can't be renamed or removed");
        }
        return last;
    }

    /**
     * Goes on after a transaction that is above all there is, with an empty segment: a NameNode that has not come to that
     * transaction by an image can't become active any more.
     */
    public void goOnAfter(long txid) throws IOException {
        log.setNextTxId(txid + 1);
        log.openForWrite(layoutVersion);
        log.endCurrentLogSegment(true);
    }

    @Override
    public void close() {
        log.close();
    }
}
