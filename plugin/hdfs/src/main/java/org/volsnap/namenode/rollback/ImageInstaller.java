/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode.rollback;

import static java.util.Objects.requireNonNull;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Consumer;
import org.apache.hadoop.hdfs.server.namenode.NNStorage;
import org.apache.hadoop.hdfs.util.MD5FileUtils;
import org.apache.hadoop.hdfs.util.PersistentLongFile;
import org.apache.hadoop.io.MD5Hash;
import org.volsnap.namenode.DurableFiles;

/**
 * Puts an image into a NameNode's directories, as a checkpoint does. Its transaction is above every other: a NameNode
 * starts from the newest image that any of its directories has, and from nothing before it. So the rename in the first
 * directory is the moment of the rollback, and a directory that lacks the image is old but never wrong. What was there
 * before stays until the NameNode purges it.
 */
final class ImageInstaller {
    private final NameDirectories directories;
    private final Consumer<String> progress;

    /** @param progress gets a line before every step after which the process may die */
    ImageInstaller(NameDirectories directories, Consumer<String> progress) {
        this.directories = requireNonNull(directories, "directories is null");
        this.progress = requireNonNull(progress, "progress is null");
    }

    /** Installs an image with its digest, durably, wherever it is missing. */
    void install(Path image, long txid) throws IOException {
        MD5Hash digest = MD5FileUtils.computeMd5ForFile(image.toFile());
        for (Path directory : directories.names()) {
            install(image, digest, txid, directory.resolve("current"));
        }
        for (Path directory : directories.all()) {
            note(txid, directory.resolve("current/seen_txid").toFile());
        }
    }

    /** Never lower than it is: a NameNode that ran since has noted what came later. */
    private void note(long txid, File seen) throws IOException {
        if (PersistentLongFile.readFile(seen, 0) < txid) {
            progress.accept("noting transaction " + txid + " in " + seen.getParent());
            PersistentLongFile.writeFile(seen, txid);
        }
    }

    private void install(Path image, MD5Hash digest, long txid, Path current) throws IOException {
        File installed = current.resolve(NNStorage.getImageFileName(txid)).toFile();
        if (isIntact(installed, digest)) {
            return;
        }
        progress.accept("writing the image into " + current);
        Path checkpoint = current.resolve(NNStorage.getCheckpointImageFileName(txid));
        Files.deleteIfExists(checkpoint);
        DurableFiles.linkOrCopy(image, checkpoint);
        MD5FileUtils.saveMD5File(installed, digest);
        progress.accept("switching " + current + " to it");
        DurableFiles.move(checkpoint, installed.toPath());
    }

    private static boolean isIntact(File installed, MD5Hash digest) throws IOException {
        return installed.exists()
                && digest.equals(MD5FileUtils.readStoredMd5ForFile(installed))
                && digest.equals(MD5FileUtils.computeMd5ForFile(installed));
    }

    /** The files that make up an installed image: itself, its digest, VERSION. */
    static List<Path> filesOf(Path image) {
        return List.of(
                image,
                MD5FileUtils.getDigestFileForFile(image.toFile()).toPath(),
                image.resolveSibling("VERSION"),
                image.resolveSibling("seen_txid"));
    }
}
