/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode.diff;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Comparator;
import org.apache.hadoop.hdfs.DFSUtilClient;

/** The order in which a namespace is walked: a directory before what is in it, names as HDFS sorts them. */
enum PathOrder implements Comparator<String> {
    INSTANCE;

    @Override
    public int compare(String left, String right) {
        byte[] a = left.getBytes(UTF_8);
        byte[] b = right.getBytes(UTF_8);
        int common = Math.min(a.length, b.length);
        for (int i = 0; i < common; i++) {
            if (a[i] != b[i]) {
                return compare(a[i], b[i]);
            }
        }
        return Integer.compare(a.length, b.length);
    }

    /** A name that ends here comes before all that go on. */
    private static int compare(byte a, byte b) {
        if (a == '/') {
            return -1;
        }
        return b == '/' ? 1 : DFSUtilClient.compareBytes(new byte[] {a}, new byte[] {b});
    }
}
