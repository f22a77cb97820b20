/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** What a disk says of bytes that it can't read or write any more. */
public final class MediaErrors {
    /** {@code strerror(EIO)}: of an error of the operating system, Java keeps nothing but the text. */
    private static final String EIO = "Input/output error";

    private MediaErrors() {}

    /**
     * Whether trying again is in vain. False for what passes, as a lack of descriptors, memory or room does, and for the
     * interruption of a thread that is to stop. False, too, where the process has a language other than English.
     */
    public static boolean isMediaError(IOException e) {
        @Nullable String message = e.getMessage();
        return message != null && message.endsWith(EIO);
    }
}
