/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.hadoop.hdfs.server.namenode.EditLogFileInputStream;
import org.apache.hadoop.hdfs.server.namenode.FSEditLogOp;
import org.apache.hadoop.hdfs.util.MD5FileUtils;

/**
 * The files in a NameNode's directories that make up its namespace at a transaction T.
 *
 * @param image the newest image as of T or earlier
 * @param imageTxid its transaction
 * @param edits the segments from there to T, in order, without a gap
 * @param version the VERSION file beside the image
 */
public record NamespaceSource(Path image, long imageTxid, List<Segment> edits, Path version) {
    private static final Pattern IMAGE = Pattern.compile("fsimage_(\\d+)");
    private static final Pattern EDITS = Pattern.compile("edits_(\\d+)-(\\d+)");

    /** A finished segment of the edit log. */
    public record Segment(Path file, long first, long last) {}

    private record Image(Path file, long txid) {}

    /**
     * Looks for them.
     *
     * @param currents the {@code current} directories for images and edits
     * @throws IOException when a part is missing, or vanishes meanwhile because the NameNode purges it
     */
    public static NamespaceSource find(Collection<Path> currents, long txid) throws IOException {
        NamespaceSource image = image(currents, txid);
        return new NamespaceSource(
                image.image(), image.imageTxid(), segments(currents, image.imageTxid() + 1, txid), image.version());
    }

    /** The same without edits. */
    static NamespaceSource image(Collection<Path> currents, long txid) throws IOException {
        List<Image> images = new ArrayList<>();
        for (Path current : currents) {
            files(current).forEach(file -> image(file).ifPresent(images::add));
        }
        Image newest = images.stream()
                .filter(image -> image.txid() <= txid)
                .max(Comparator.comparingLong(Image::txid))
                .orElseThrow(
                        () -> new IOException("no image as of transaction " + txid + " or earlier in " + currents));
        return new NamespaceSource(
                newest.file(), newest.txid(), List.of(), newest.file().resolveSibling("VERSION"));
    }

    /** The newest image in these directories, without edits. */
    public static NamespaceSource newest(Collection<Path> currents) throws IOException {
        long txid = 0;
        for (Path current : currents) {
            for (Path file : files(current)) {
                txid = Math.max(txid, image(file).map(Image::txid).orElse(0L));
            }
        }
        return find(currents, txid);
    }

    /** The kept namespace in a directory. */
    public static NamespaceSource of(Path directory, long txid) throws IOException {
        return find(List.of(directory.resolve("current")), txid);
    }

    /** The file with the image's digest. */
    public Path digest() {
        return MD5FileUtils.getDigestFileForFile(image.toFile()).toPath();
    }

    /** Reads everything once: the image's digest, and every transaction with its checksum, without a gap up to T. */
    public void check() throws IOException {
        MD5FileUtils.verifySavedMD5(image.toFile(), MD5FileUtils.computeMd5ForFile(image.toFile()));
        for (Segment segment : edits) {
            checkSegment(segment);
        }
    }

    private static void checkSegment(Segment segment) throws IOException {
        long next = segment.first();
        try (EditLogFileInputStream in =
                new EditLogFileInputStream(segment.file().toFile(), segment.first(), segment.last(), false)) {
            for (FSEditLogOp op = in.readOp(); op != null; op = in.readOp()) {
                if (op.getTransactionId() != next) {
                    throw new IOException(
                            segment.file() + " has transaction " + op.getTransactionId() + " in place of " + next);
                }
                next++;
            }
        }
        if (next != segment.last() + 1) {
            throw new IOException(segment.file() + " ends before transaction " + next);
        }
    }

    /** Only an image with its digest: without one it is still being written, or about to be purged. */
    private static Optional<Image> image(Path file) {
        Matcher name = IMAGE.matcher(file.getFileName().toString());
        File digest = MD5FileUtils.getDigestFileForFile(file.toFile());
        return name.matches() && digest.exists()
                ? Optional.of(new Image(file, Long.parseLong(name.group(1))))
                : Optional.empty();
    }

    private static Optional<Segment> segment(Path file) {
        Matcher name = EDITS.matcher(file.getFileName().toString());
        return name.matches()
                ? Optional.of(new Segment(file, Long.parseLong(name.group(1)), Long.parseLong(name.group(2))))
                : Optional.empty();
    }

    /**
     * The finished segments that cover the transactions from first to last, both inclusive, in order.
     *
     * @throws IOException when one is missing
     */
    public static List<Segment> segments(Collection<Path> currents, long first, long last) throws IOException {
        List<Segment> segments = new ArrayList<>();
        for (Path current : currents) {
            files(current).forEach(file -> segment(file).ifPresent(segments::add));
        }
        return chain(segments, first, last);
    }

    private static List<Path> files(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.toList();
        }
    }

    private static List<Segment> chain(List<Segment> segments, long first, long last) throws IOException {
        List<Segment> chain = new ArrayList<>();
        for (long next = first; next <= last; next = chain.get(chain.size() - 1).last() + 1) {
            long wanted = next;
            chain.add(segments.stream()
                    .filter(segment -> segment.first() <= wanted && wanted <= segment.last())
                    .filter(segment -> segment.last() <= last)
                    .max(Comparator.comparingLong(Segment::last))
                    .orElseThrow(() -> new IOException("transaction " + wanted + " (of those up to " + last
                            + ") is in no segment of the edit log")));
        }
        return List.copyOf(chain);
    }
}
