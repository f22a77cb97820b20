/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.demo;

import java.io.IOException;
import java.util.Random;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;

/** A file that a client writes on and on, before and after the snapshot, without ever closing it. */
final class OpenFile {
    private static final int FLUSH_BYTES = 100_003;

    private final Path path;
    private final FSDataOutputStream out;
    private final Random random;

    OpenFile(FileSystem fileSystem, Path path, long seed) throws IOException {
        this.path = path;
        this.out = fileSystem.create(path);
        this.random = new Random(seed);
    }

    Path path() {
        return path;
    }

    /** Writes some bytes that are no multiple of anything; all have reached every DataNode when it returns. */
    void writeAndFlush(int times) throws IOException {
        byte[] bytes = new byte[FLUSH_BYTES];
        for (int i = 0; i < times; i++) {
            random.nextBytes(bytes);
            out.write(bytes);
            out.hflush();
        }
    }
}
