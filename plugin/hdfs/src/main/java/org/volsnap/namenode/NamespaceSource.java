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
import org.apache.hadoop.hdfs.util.MD5FileUtils;

/**
 * The files in a NameNode's directories that make up its namespace at a transaction T.
 *
 * @param image the newest image as of T or earlier
 * @param imageTxid its transaction
 * @param edits the segments from there to T, in order, without a gap
 * @param version the VERSION file beside the image
 */
record NamespaceSource(Path image, long imageTxid, List<Segment> edits, Path version) {
    private static final Pattern IMAGE = Pattern.compile("fsimage_(\\d+)");
    private static final Pattern EDITS = Pattern.compile("edits_(\\d+)-(\\d+)");

    /** A finished segment of the edit log. */
    record Segment(Path file, long first, long last) {}

    private record Image(Path file, long txid) {}

    /**
     * Looks for them.
     *
     * @param currents the {@code current} directories for images and edits
     * @throws IOException when a part is missing, or vanishes meanwhile because the NameNode purges it
     */
    static NamespaceSource find(Collection<Path> currents, long txid) throws IOException {
        List<Image> images = new ArrayList<>();
        List<Segment> segments = new ArrayList<>();
        for (Path current : currents) {
            try (Stream<Path> files = Files.list(current)) {
                for (Path file : (Iterable<Path>) files::iterator) {
                    image(file).ifPresent(images::add);
                    segment(file).ifPresent(segments::add);
                }
            }
        }
        Image newest = images.stream()
                .filter(image -> image.txid() <= txid)
                .max(Comparator.comparingLong(Image::txid))
                .orElseThrow(
                        () -> new IOException("no image as of transaction " + txid + " or earlier in " + currents));
        return new NamespaceSource(
                newest.file(),
                newest.txid(),
                chain(segments, newest.txid() + 1, txid),
                newest.file().resolveSibling("VERSION"));
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

    /** The segments that cover the transactions from first to last, both inclusive. */
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
