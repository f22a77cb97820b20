/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.cli;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.commons.io.FileUtils;
import org.apache.hadoop.conf.Configuration;
import org.volsnap.namenode.rollback.KeptNamespace;

/** A namespace that is fetched into the temporary directory, loaded in this process, and thrown away. */
final class FetchedNamespace {
    private FetchedNamespace() {}

    /** Brings the files of a namespace into a directory. */
    @FunctionalInterface
    interface Fetch {
        void into(Path directory) throws IOException;
    }

    /** What is done with it. */
    @FunctionalInterface
    interface Work<T> {
        T with(KeptNamespace namespace) throws IOException;
    }

    static <T> T use(Configuration conf, Fetch fetch, Work<T> work) throws IOException {
        File directory = Files.createTempDirectory("volsnap-namespace").toFile();
        try {
            fetch.into(directory.toPath());
            try (KeptNamespace namespace = KeptNamespace.load(conf, directory)) {
                return work.with(namespace);
            }
        } finally {
            FileUtils.deleteQuietly(directory);
        }
    }
}
