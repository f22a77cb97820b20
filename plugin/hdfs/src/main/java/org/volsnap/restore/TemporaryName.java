/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.restore;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.common.hash.Hashing;
import java.util.regex.Pattern;
import org.apache.hadoop.fs.Path;

/**
 * The name under which a file is written before it gets its own: beside it, the same in every run, of bounded length, and
 * hidden from jobs by its first character as Hadoop's are.
 */
final class TemporaryName {
    private static final String PREFIX = ".volsnap-restore-";
    private static final Pattern NAME = Pattern.compile("\\.volsnap-restore-[0-9a-f]{32}");

    private TemporaryName() {}

    static Path of(Path live) {
        String hash = Hashing.sha256().hashString(live.getName(), UTF_8).toString();
        return new Path(live.getParent(), PREFIX + hash.substring(0, 32));
    }

    static boolean isOne(String name) {
        return NAME.matcher(name).matches();
    }
}
