/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.demo;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** A file of the cluster with its length in bytes and its SHA-256 in hexadecimal digits. */
record FileSum(String path, long length, String sha256) {
    static void write(List<FileSum> sums, Path file) throws IOException {
        try (DataOutputStream out = new DataOutputStream(Files.newOutputStream(file))) {
            out.writeInt(sums.size());
            for (FileSum sum : sums) {
                out.writeUTF(sum.path);
                out.writeLong(sum.length);
                out.writeUTF(sum.sha256);
            }
        }
    }

    static List<FileSum> read(Path file) throws IOException {
        try (DataInputStream in = new DataInputStream(Files.newInputStream(file))) {
            int count = in.readInt();
            List<FileSum> sums = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                sums.add(new FileSum(in.readUTF(), in.readLong(), in.readUTF()));
            }
            return sums;
        }
    }
}
