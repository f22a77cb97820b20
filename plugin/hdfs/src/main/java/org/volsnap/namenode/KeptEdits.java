/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Collection;
import org.apache.hadoop.hdfs.server.namenode.NNStorage;
import org.apache.hadoop.hdfs.server.namenode.VolsnapNameNodeBridge;
import org.volsnap.namenode.NamespaceSource.Segment;

/** Where the transactions of a kept namespace come from. */
@FunctionalInterface
interface KeptEdits {
    /**
     * Puts the transactions from first to last, both inclusive, into a directory, as segments.
     *
     * @throws java.nio.file.NoSuchFileException when the NameNode has purged a file meanwhile
     */
    void put(long first, long last, Path directory) throws IOException;

    /** Links (copies across file systems) of the segments in the NameNode's own directories. */
    static KeptEdits linked(Collection<Path> currents) {
        return (first, last, directory) -> {
            for (Segment segment : NamespaceSource.segments(currents, first, last)) {
                DurableFiles.linkOrCopy(
                        segment.file(), directory.resolve(segment.file().getFileName()));
            }
        };
    }

    /**
     * Copies of what the NameNode reads from its edit logs, shared ones too: of a time when another NameNode was active its
     * own directories have nothing.
     */
    static KeptEdits shared(VolsnapNameNodeBridge nameNode) {
        return (first, last, directory) -> {
            if (first <= last) {
                Path file = directory.resolve(NNStorage.getFinalizedEditsFileName(first, last));
                nameNode.copyEdits(first, last, file.toFile());
                DurableFiles.force(file);
            }
        };
    }
}
