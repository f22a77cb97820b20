/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.restore;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.EnumSet;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.fs.CreateFlag;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FSDataOutputStream;
import org.apache.hadoop.fs.FileChecksum;
import org.apache.hadoop.fs.Options;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.permission.FsPermission;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.apache.hadoop.hdfs.DistributedFileSystem.HdfsDataOutputStreamBuilder;
import org.apache.hadoop.hdfs.protocol.ErasureCodingPolicy;
import org.apache.hadoop.hdfs.protocol.HdfsFileStatus;
import org.apache.hadoop.io.IOUtils;

/**
 * Gives files their content of T, and checks it. Every method throws when the content is not that of T at its end. Safe
 * for many threads, with one at a time for each file.
 */
final class FileWriter {
    private static final int BUFFER_BYTES = 1 << 20;
    private static final long TRUNCATE_MILLIS = TimeUnit.MINUTES.toMillis(5);
    private static final long TRUNCATE_POLL_MILLIS = 100;

    private final Sides sides;
    private final Attributes attributes;
    private final Contents contents;
    private final RestoreEvents events;

    FileWriter(Sides sides, Attributes attributes, Contents contents, RestoreEvents events) {
        this.sides = requireNonNull(sides, "sides is null");
        this.attributes = requireNonNull(attributes, "attributes is null");
        this.contents = requireNonNull(contents, "contents is null");
        this.events = requireNonNull(events, "events is null");
    }

    /**
     * Writes the whole file under a temporary name, checks it, gives it its attributes, and renames it. Killed before, it
     * leaves what was there and a file with that name; failed, only what was there.
     */
    void copy(Pair pair, long length) throws IOException {
        Path temporary = TemporaryName.of(pair.live());
        try {
            Optional<FileChecksum> checksum = contents.checksumThen(pair, length);
            write(pair, temporary, length, checksum);
            Pair written = pair.with(temporary, requireStatus(temporary));
            requireSame(written, length, checksum);
            Attributes.putBack(attributes.policies(written));
            Attributes.putBack(attributes.others(written));
            attributes.putTimesBack(written);
            rename(pair, temporary);
        } catch (IOException | RuntimeException e) {
            removeQuietly(temporary);
            throw e;
        }
    }

    private void write(Pair pair, Path temporary, long length, Optional<FileChecksum> checksum) throws IOException {
        try (FSDataInputStream in = sides.then().open(pair.from());
                FSDataOutputStream out = create(pair.then(), temporary, checksum)) {
            transfer(in, out, length);
        }
    }

    /** Stored as it was: replicas or erasure coding, size of blocks, checksums; on whatever DataNodes HDFS chooses. */
    private FSDataOutputStream create(HdfsFileStatus then, Path temporary, Optional<FileChecksum> checksum)
            throws IOException {
        HdfsDataOutputStreamBuilder builder = sides.live()
                .createFile(temporary)
                .permission(new FsPermission((short) 0600))
                .blockSize(then.getBlockSize())
                .ignoreClientLocality();
        ErasureCodingPolicy coding = then.getErasureCodingPolicy();
        if (coding == null) {
            builder.replicate().replication((short) then.getReplication());
        } else {
            builder.ecPolicyName(coding.getName());
        }
        checksum.ifPresent(sum -> builder.checksumOpt(sum.getChecksumOpt()));
        return builder.build();
    }

    private void rename(Pair pair, Path temporary) throws IOException {
        if (pair.now() == null) {
            sides.live().rename(temporary, pair.live(), Options.Rename.NONE);
            return;
        }
        requireUntouched(pair);
        sides.live().rename(temporary, pair.live(), Options.Rename.OVERWRITE);
    }

    /** Appends what was truncated. Killed, it leaves a shorter beginning of the file of T; so does the next run find it. */
    void extend(Pair pair, long length) throws IOException {
        long from = pair.requireNow().getLen();
        requireUntouched(pair);
        try (FSDataInputStream in = sides.then().open(pair.from());
                FSDataOutputStream out =
                        sides.live().append(pair.live(), EnumSet.of(CreateFlag.APPEND), BUFFER_BYTES, null)) {
            if (out.getPos() != from) {
                throw changedMeanwhile(pair);
            }
            in.seek(from);
            transfer(in, out, length - from);
        }
        checkResult(pair, length);
    }

    /** Cuts off what was appended. The caller has compared what stays. */
    void cut(Pair pair, long length) throws IOException {
        requireUntouched(pair);
        if (!sides.live().truncate(pair.live(), length)) {
            awaitTruncate(pair.live());
        }
        checkResult(pair, length);
    }

    /** DataNodes that have to cut a block are told with a heartbeat. */
    private void awaitTruncate(Path live) throws IOException {
        DistributedFileSystem fileSystem = sides.live();
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(TRUNCATE_MILLIS);
        while (!fileSystem.isFileClosed(live)) {
            if (System.nanoTime() - deadline > 0) {
                throw new IOException("HDFS has not cut it within " + TRUNCATE_MILLIS / 1000 + " s");
            }
            try {
                Thread.sleep(TRUNCATE_POLL_MILLIS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new IOException("interrupted while HDFS cuts it", e);
            }
        }
    }

    private void checkResult(Pair pair, long length) throws IOException {
        Pair written = pair.with(pair.live(), requireStatus(pair.live()));
        requireSame(written, length, contents.checksumThen(pair, length));
    }

    private void requireSame(Pair written, long length, Optional<FileChecksum> checksum) throws IOException {
        long now = written.requireNow().getLen();
        if (now != length) {
            throw new IOException("it has " + now + " bytes after it was brought back, and had " + length);
        }
        if (!contents.isSame(written, length, checksum)) {
            throw new IOException("its checksum is not that of the snapshot after it was brought back");
        }
    }

    private HdfsFileStatus requireStatus(Path live) throws IOException {
        HdfsFileStatus status = sides.live(live);
        if (status == null) {
            throw new IOException("it was removed while it was brought back");
        }
        return status;
    }

    private void requireUntouched(Pair pair) throws IOException {
        HdfsFileStatus listed = pair.requireNow();
        HdfsFileStatus now = sides.live(pair.live());
        boolean open = FileVersion.of(listed).open();
        if (now == null
                || now.getFileId() != listed.getFileId()
                || (!open && !FileVersion.of(listed).hasBlocksOf(FileVersion.of(now)))) {
            throw changedMeanwhile(pair);
        }
    }

    private static IOException changedMeanwhile(Pair pair) {
        return new IOException(pair.live().getName() + " was changed by somebody else meanwhile");
    }

    private void transfer(InputStream in, OutputStream out, long bytes) throws IOException {
        byte[] buffer = new byte[(int) Math.min(BUFFER_BYTES, Math.max(1, bytes))];
        for (long left = bytes; left > 0; ) {
            int part = (int) Math.min(buffer.length, left);
            IOUtils.readFully(in, buffer, 0, part);
            out.write(buffer, 0, part);
            left -= part;
            events.progress(part);
        }
    }

    private void removeQuietly(Path temporary) {
        try {
            sides.live().delete(temporary, false);
        } catch (IOException e) {
            // The next run removes it; the caller throws what came first.
        }
    }
}
