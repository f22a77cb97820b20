/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.apache.hadoop.hdfs.server.namenode;

import java.io.File;
import java.io.IOException;
import java.util.Collection;
import org.apache.hadoop.conf.Configuration;
import org.jspecify.annotations.NullMarked;

/** Transactions that are not in this host's own files, through what Hadoop keeps to its own package. */
@NullMarked
public final class VolsnapEditsBridge {
    /** Written out when this much has come together. */
    private static final int BUFFER_BYTES = 512 * 1024;

    private VolsnapEditsBridge() {}

    /**
     * Copies the finished transactions of a running NameNode, wherever it keeps them, into one file, which has the form of a
     * segment.
     *
     * @throws IOException when one of them is missing
     */
    public static void copy(NameNode nameNode, long first, long last, File target) throws IOException {
        FSImage image = nameNode.getNamesystem().getFSImage();
        long copied = copy(
                image.getEditLog(),
                first,
                last,
                false,
                image.getStorage().getLayoutVersion(),
                target,
                nameNode.getConf());
        if (copied != last) {
            throw new IOException("transactions " + (copied + 1) + " to " + last + " are in no edit log");
        }
    }

    /**
     * Returns the last transaction that was copied; {@code first - 1} where there are none.
     *
     * @param unfinished also those of segments that a writer has left open
     */
    static long copy(
            FSEditLog log,
            long first,
            long last,
            boolean unfinished,
            int layoutVersion,
            File target,
            Configuration conf)
            throws IOException {
        Collection<EditLogInputStream> streams = log.selectInputStreams(first, 0, null, unfinished);
        try (EditLogFileOutputStream out = new EditLogFileOutputStream(conf, target, BUFFER_BYTES)) {
            out.create(layoutVersion);
            long copied = first - 1;
            for (EditLogInputStream in : streams) {
                copied = copy(in, copied, last, out);
            }
            out.setReadyToFlush();
            out.flush();
            return copied;
        } finally {
            FSEditLog.closeAllStreams(streams);
        }
    }

    /** Streams may begin before what is wanted. */
    private static long copy(EditLogInputStream in, long before, long last, EditLogFileOutputStream out)
            throws IOException {
        long copied = before;
        while (copied < last) {
            FSEditLogOp op = in.readOp();
            if (op == null) {
                break;
            }
            if (op.getTransactionId() <= copied) {
                continue;
            }
            if (op.getTransactionId() != copied + 1) {
                throw new IOException("transaction " + (copied + 1) + " is missing in " + in.getName());
            }
            out.write(op);
            copied++;
            if (out.shouldForceSync()) {
                out.setReadyToFlush();
                out.flush();
            }
        }
        return copied;
    }
}
