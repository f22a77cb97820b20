/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode.mount;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;

/** The file that says whose namespace a directory holds (Hadoop's {@code NNStorage}). */
final class NamespaceVersion {
    private static final String BLOCK_POOL_ID = "blockpoolID";

    private NamespaceVersion() {}

    /** Gives a copied namespace another block pool id; returns the one it had. */
    static String replaceBlockPoolId(Path nameDir, String blockPoolId) throws IOException {
        Path file = nameDir.resolve("current").resolve("VERSION");
        Properties properties = new Properties();
        try (InputStream in = Files.newInputStream(file)) {
            properties.load(in);
        }
        Object before = properties.setProperty(BLOCK_POOL_ID, blockPoolId);
        if (before == null) {
            throw new IOException(file + " names no block pool");
        }
        try (OutputStream out = Files.newOutputStream(file)) {
            properties.store(out, null);
        }
        return before.toString();
    }
}
