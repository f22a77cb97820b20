/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.file;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.Function;

/** Lets an I/O error out of a stream. */
final class Unchecked {
    interface IoFunction<T, R> {
        R apply(T argument) throws IOException;
    }

    private Unchecked() {}

    static <T, R> Function<T, R> function(IoFunction<T, R> function) {
        return argument -> {
            try {
                return function.apply(argument);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        };
    }
}
