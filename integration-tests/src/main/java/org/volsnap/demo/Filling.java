/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.demo;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.fs.Path;
import org.volsnap.demo.SourceFiles.SourceFile;

/** Puts files into the cluster through a stock client. */
final class Filling {
    private final FileSystem fileSystem;
    private final Terminal terminal;

    Filling(FileSystem fileSystem, Terminal terminal) {
        this.fileSystem = fileSystem;
        this.terminal = terminal;
    }

    /** Copies local files below {@code root}. One that has gone since it was listed is left out. */
    void copy(List<SourceFile> files, Path root) throws IOException {
        long total = files.stream().mapToLong(SourceFile::length).sum();
        long done = 0;
        for (SourceFile file : files) {
            try (InputStream in = Files.newInputStream(file.local());
                    OutputStream out = fileSystem.create(new Path(root + "/" + file.target()))) {
                done += in.transferTo(out);
            } catch (NoSuchFileException e) {
                done += file.length();
            }
            terminal.progress("copying into HDFS", Math.min(done, total), total);
        }
        terminal.endProgress();
        long blocks = files.stream()
                .filter(file -> file.length() > DemoCluster.BLOCK_SIZE)
                .count();
        terminal.say(String.format(
                Locale.ROOT,
                "copied %d files, %,d bytes; %d of them are several blocks long",
                files.size(),
                done,
                blocks));
    }

    /** A file with random bytes. */
    void random(Path path, long length, long seed) throws IOException {
        byte[] bytes = new byte[Math.toIntExact(length)];
        new Random(seed).nextBytes(bytes);
        try (OutputStream out = fileSystem.create(path)) {
            out.write(bytes);
        }
    }
}
