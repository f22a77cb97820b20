/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.restore;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.util.Arrays;
import java.util.Optional;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileChecksum;
import org.apache.hadoop.fs.FileEncryptionInfo;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.apache.hadoop.hdfs.client.HdfsDataInputStream;
import org.apache.hadoop.hdfs.protocol.HdfsFileStatus;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Compares the content of files. DataNodes put it together from the checksums they have ({@code
 * dfs.checksum.combine.mode=COMPOSITE_CRC}, which both file systems have to be opened with), whatever the blocks are. Where
 * that says nothing, because a file was open at T, is encrypted with another key, or has checksums of another kind, the
 * bytes are read. Safe for many threads.
 */
final class Contents {
    private static final Logger LOG = LoggerFactory.getLogger(Contents.class);
    private static final int BUFFER_BYTES = 1 << 20;

    private final Sides sides;

    Contents(Sides sides) {
        this.sides = requireNonNull(sides, "sides is null");
    }

    /** Bytes of a file at T, with those of an open one that only DataNodes know. */
    long lengthThen(Pair pair) throws IOException {
        if (!FileVersion.of(pair.then()).open()) {
            return pair.then().getLen();
        }
        try (FSDataInputStream in = sides.then().open(pair.from())) {
            return in instanceof HdfsDataInputStream stream
                    ? stream.getVisibleLength()
                    : pair.then().getLen();
        }
    }

    /** The checksum of the first so many bytes at T; empty where HDFS has none. */
    Optional<FileChecksum> checksumThen(Pair pair, long length) {
        return length == 0 || FileVersion.of(pair.then()).open()
                ? Optional.empty()
                : checksum(sides.then(), pair.from(), length);
    }

    /** Whether the first so many bytes are the same on both sides; the live file is closed. */
    boolean isSame(Pair pair, long length) throws IOException {
        return isSame(pair, length, checksumThen(pair, length));
    }

    /** The same, with the checksum of T that is known already. */
    boolean isSame(Pair pair, long length, Optional<FileChecksum> then) throws IOException {
        if (length == 0) {
            return true;
        }
        if (then.isPresent() && areStoredAlike(pair.then(), pair.requireNow())) {
            Optional<FileChecksum> now = checksum(sides.live(), pair.live(), length);
            if (now.isPresent()
                    && now.get().getAlgorithmName().equals(then.get().getAlgorithmName())) {
                return now.get().equals(then.get());
            }
        }
        return hasSameBytes(pair, length);
    }

    private static Optional<FileChecksum> checksum(DistributedFileSystem side, Path path, long length) {
        try {
            return Optional.ofNullable(side.getFileChecksum(path, length));
        } catch (IOException e) {
            LOG.debug("no checksum of {}: it is read", path, e);
            return Optional.empty();
        }
    }

    /** Checksums are of what is stored. */
    private static boolean areStoredAlike(HdfsFileStatus then, HdfsFileStatus now) {
        return isSameKey(then.getFileEncryptionInfo(), now.getFileEncryptionInfo());
    }

    private static boolean isSameKey(@Nullable FileEncryptionInfo one, @Nullable FileEncryptionInfo other) {
        if (one == null || other == null) {
            return one == other;
        }
        return Arrays.equals(one.getEncryptedDataEncryptionKey(), other.getEncryptedDataEncryptionKey())
                && Arrays.equals(one.getIV(), other.getIV());
    }

    private boolean hasSameBytes(Pair pair, long length) throws IOException {
        byte[] then = new byte[(int) Math.min(BUFFER_BYTES, length)];
        byte[] now = new byte[then.length];
        try (FSDataInputStream thenIn = sides.then().open(pair.from());
                FSDataInputStream nowIn = sides.live().open(pair.live())) {
            for (long left = length; left > 0; left -= then.length) {
                int part = (int) Math.min(then.length, left);
                thenIn.readFully(then, 0, part);
                nowIn.readFully(now, 0, part);
                if (!Arrays.equals(then, 0, part, now, 0, part)) {
                    return false;
                }
            }
        }
        return true;
    }
}
