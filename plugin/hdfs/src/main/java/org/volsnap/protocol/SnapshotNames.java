/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.protocol;

import com.google.errorprone.annotations.CanIgnoreReturnValue;
import java.util.regex.Pattern;

/** Which names a volume snapshot may have: 1 to 64 of letters, digits, {@code -}, {@code _} and {@code .}. */
public final class SnapshotNames {
    private static final Pattern VALID = Pattern.compile("[A-Za-z0-9._-]{1,64}");

    private SnapshotNames() {}

    /**
     * @return {@code name}
     * @throws IllegalArgumentException with a line for the operator
     */
    @CanIgnoreReturnValue
    public static String requireValid(String name) {
        if (!VALID.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "'" + name + "' is no name for a snapshot: 1 to 64 of letters, digits, '-', '_' and '.'");
        }
        return name;
    }
}
