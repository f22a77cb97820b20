/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.benchmarks;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Stream;

/** Plain reads at random places of a store's own files: what a file costs that was written as a log is. */
final class SegmentReads implements Closeable {
    private static final int LEAST_BYTES = 1 << 20;

    private final List<FileChannel> segments = new ArrayList<>();

    SegmentReads(Path storeDirectory) throws IOException {
        try (Stream<Path> files = Files.walk(storeDirectory)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                if (Files.size(file) >= LEAST_BYTES) {
                    segments.add(FileChannel.open(file, StandardOpenOption.READ));
                }
            }
        }
    }

    void read(ByteBuffer into) throws IOException {
        ThreadLocalRandom random = ThreadLocalRandom.current();
        FileChannel segment = segments.get(random.nextInt(segments.size()));
        segment.read(into, random.nextLong(segment.size() - into.remaining()));
    }

    @Override
    public void close() throws IOException {
        for (FileChannel segment : segments) {
            segment.close();
        }
    }
}
