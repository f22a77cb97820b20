/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.demo;

import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.LocatedFileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.RemoteIterator;

/** Reads files through a stock client and sums them up. */
final class FileSums {
    private static final int BUFFER_BYTES = 1 << 16;

    private final FileSystem fileSystem;
    private final Terminal terminal;

    FileSums(FileSystem fileSystem, Terminal terminal) {
        this.fileSystem = fileSystem;
        this.terminal = terminal;
    }

    /** Sums of all files below these directories, by path; a {@code .snapshot} directory counts if it is named. */
    List<FileSum> ofAll(List<Path> directories) throws IOException {
        List<LocatedFileStatus> files = new ArrayList<>();
        for (Path directory : directories) {
            addAll(files, fileSystem.listFiles(directory, true));
        }
        files.sort(Comparator.comparing(LocatedFileStatus::getPath));
        long total = files.stream().mapToLong(LocatedFileStatus::getLen).sum();
        long done = 0;
        List<FileSum> sums = new ArrayList<>(files.size());
        for (LocatedFileStatus file : files) {
            FileSum sum = of(file.getPath());
            sums.add(sum);
            done += sum.length();
            terminal.progress("SHA-256 of all files", Math.min(done, total), total);
        }
        terminal.endProgress();
        return sums;
    }

    /** Every byte that a reader gets; of a file that is being written, what is hflushed. */
    FileSum of(Path path) throws IOException {
        MessageDigest digest = sha256();
        byte[] buffer = new byte[BUFFER_BYTES];
        long length = 0;
        try (InputStream in = fileSystem.open(path)) {
            for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
                digest.update(buffer, 0, count);
                length += count;
            }
        }
        return new FileSum(path.toUri().getPath(), length, HexFormat.of().formatHex(digest.digest()));
    }

    private static void addAll(List<LocatedFileStatus> files, RemoteIterator<LocatedFileStatus> more)
            throws IOException {
        while (more.hasNext()) {
            files.add(more.next());
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError("every JDK has SHA-256", e);
        }
    }
}
