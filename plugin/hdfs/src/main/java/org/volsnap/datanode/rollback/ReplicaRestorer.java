/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode.rollback;

import static com.google.common.base.Verify.verifyNotNull;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.apache.hadoop.fs.HardLink;
import org.volsnap.datanode.ChecksumLayout;
import org.volsnap.datanode.ReplicaFileReader;
import org.volsnap.engine.OriginWriter;
import org.volsnap.model.ChunkContent;
import org.volsnap.model.ChunkGeometry;
import org.volsnap.model.ReplicaFiles;
import org.volsnap.model.VersionHeader;
import org.volsnap.model.VersionState;

/**
 * Makes one replica on the disk what it was at T. The order is: chunks with their checksums, the last checksum, all
 * forced; then the meta file gets the name of T's stamp; then both files are cut; then they move to the directory of
 * T's state. Each time the data file comes last: its length and its place say that all this is done. Whatever crash
 * comes between, the files are one replica again, of a stamp that the engine knows, and all of it can be done once more.
 * For one thread.
 */
final class ReplicaRestorer implements OriginWriter, Closeable {
    private final DurableFiles disk;
    private final ReplicaPlaces places;
    private final ReplicaFileReader reader;
    private final ChunkGeometry geometry;
    private final VersionState state;
    private final ChecksumLayout layout;
    private ReplicaFiles files;
    private final FileChannel data;
    private final FileChannel meta;

    /**
     * Opens the replica's files; those that share their bytes with another name get a copy of their own first.
     *
     * @param state in which it comes back: the namespace of T may know more of it than the version
     */
    ReplicaRestorer(
            DurableFiles disk,
            ReplicaPlaces places,
            ReplicaFileReader reader,
            ChunkGeometry geometry,
            ReplicaFiles files,
            VersionState state)
            throws IOException {
        this.state = state;
        this.disk = disk;
        this.places = places;
        this.reader = reader;
        this.geometry = geometry;
        this.files = files;
        layout = ChecksumLayout.of(ReplicaFileReader.readChecksumHeader(files.meta()));
        ownCopy(files.data());
        ownCopy(files.meta());
        data = open(files.data());
        try {
            meta = open(files.meta());
        } catch (IOException e) {
            data.close();
            throw e;
        }
    }

    private static FileChannel open(Path file) throws IOException {
        return FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
    }

    /** As Hadoop does before it appends to a file with several hard links ({@code LocalReplica.breakHardlinks}). */
    private void ownCopy(Path file) throws IOException {
        if (HardLink.getLinkCount(file.toFile()) == 1) {
            return;
        }
        disk.makeDirectories(places.temporary());
        Path copy = places.temporary().resolve(verifyNotNull(file.getFileName()));
        disk.copy(file, copy);
        try (FileChannel copied = open(copy)) {
            disk.force(copied);
        }
        disk.move(copy, file);
        disk.forceDirectory(verifyNotNull(file.getParent()));
    }

    @Override
    public void writeChunk(long chunk, ChunkContent content) throws IOException {
        long offset = geometry.offsetOf(chunk);
        disk.write(data, content.data().slice(), offset);
        disk.write(meta, content.checksums().slice(), layout.metaOffset(offset));
    }

    @Override
    public void finish(VersionHeader version) throws IOException {
        if (data.size() < version.length()) {
            throw new IOException(files.data() + " has " + data.size() + " bytes, " + version + " needs more");
        }
        disk.delete(places.restartMark(version.key().blockId()));
        restoreLastChecksum(version.length());
        disk.force(data);
        disk.force(meta);
        rename(version);
        disk.truncate(meta, layout.metaLength(version.length()));
        disk.force(meta);
        disk.truncate(data, version.length());
        disk.force(data);
        moveToState(version);
    }

    /**
     * The checksum of a last, partial checksum chunk. A chunk that was put back has brought it along. Otherwise the one
     * on disk still covers bytes that were written after T: once it has proved them right, it is made anew for the
     * shorter piece.
     */
    private void restoreLastChecksum(long length) throws IOException {
        long from = layout.floor(length);
        if (from == length || layout.size() == 0 || hasChecksum(from, length)) {
            return;
        }
        long chunk = geometry.chunkOf(length - 1);
        ChunkContent last = reader.read(files, chunk, geometry.lengthOf(chunk, length));
        ByteBuffer checksums = last.checksums().slice();
        checksums.position(checksums.limit() - layout.size());
        disk.write(meta, checksums.slice(), layout.metaOffset(from));
    }

    private boolean hasChecksum(long from, long to) throws IOException {
        ByteBuffer piece = read(data, from, Math.toIntExact(to - from));
        ByteBuffer stored = read(meta, layout.metaOffset(from), layout.size());
        try {
            layout.verify(piece, stored, from, files.data().toString());
            return true;
        } catch (org.apache.hadoop.fs.ChecksumException e) {
            return false;
        }
    }

    private static ByteBuffer read(FileChannel file, long position, int length) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(length);
        while (bytes.hasRemaining() && file.read(bytes, position + bytes.position()) >= 0) {
            // a short read goes on
        }
        return bytes.flip();
    }

    private void rename(VersionHeader version) throws IOException {
        Path renamed = files.meta().resolveSibling(ReplicaPlaces.metaName(version.key()));
        if (!renamed.equals(files.meta())) {
            disk.move(files.meta(), renamed);
            disk.forceDirectory(verifyNotNull(renamed.getParent()));
            files = new ReplicaFiles(files.data(), renamed);
        }
    }

    private void moveToState(VersionHeader version) throws IOException {
        ReplicaFiles to = places.files(version.key(), state);
        if (!to.equals(files)) {
            ReplicaFiles from = files;
            disk.makeDirectories(verifyNotNull(to.data().getParent()));
            disk.moveDurably(from.meta(), to.meta());
            disk.moveDurably(from.data(), to.data());
            files = to;
        }
    }

    @Override
    public void close() throws IOException {
        try (data) {
            meta.close();
        }
    }
}
