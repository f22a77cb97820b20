/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode;

import java.io.Closeable;
import java.nio.file.Path;
import java.util.Optional;

/** Reads slowly, over and over, what the stores of one block pool hold. Safe for many threads. */
public interface PoolScanner extends Closeable {
    /** Scans nothing and finds nothing. */
    PoolScanner NONE = new PoolScanner() {
        @Override
        public void add(PoolVolume volume) {}

        @Override
        public void remove(Path root) {}

        @Override
        public Optional<String> problem() {
            return Optional.empty();
        }

        @Override
        public void close() {}
    };

    /** A storage volume's stores are open. */
    void add(PoolVolume volume);

    /** They are about to be closed; nothing of them is read any more when this returns. */
    void remove(Path root);

    /** What was found damaged and is still there, in one line; empty when all is well. */
    Optional<String> problem();

    @Override
    void close();
}
