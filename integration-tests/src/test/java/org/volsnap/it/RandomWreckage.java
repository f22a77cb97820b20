/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.it;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.volsnap.testing.VolsnapCluster;

/** Changes the files of one directory, one after the other, as a seed decides. For clusters of two DataNodes. */
final class RandomWreckage {
    static final String ROOT = "/data";
    private static final int MOST_BYTES = 700_000;
    private static final int MOST_FILES = 14;

    private enum Change {
        CREATE,
        APPEND,
        TRUNCATE,
        DELETE,
        OVERWRITE,
        RENAME,
        REPLICATE
    }

    private final VolsnapCluster cluster;
    private final Wreckage wreckage;
    private final Random random;
    private int created;

    RandomWreckage(VolsnapCluster cluster, Random random) throws IOException {
        this.cluster = cluster;
        this.random = random;
        this.wreckage = new Wreckage(cluster, random.nextLong());
    }

    /** Makes so many changes; afterwards every deletion has been carried out on the disks. */
    void change(int times) throws IOException {
        for (int i = 0; i < times; i++) {
            change();
        }
        cluster.waitForDeletions();
    }

    private void change() throws IOException {
        List<FileStatus> files = files();
        Change change = pick(Change.values());
        if (files.isEmpty() || (change == Change.CREATE && files.size() < MOST_FILES)) {
            wreckage.write(newPath(), random.nextInt(MOST_BYTES));
            return;
        }
        FileStatus file = files.get(random.nextInt(files.size()));
        Path path = file.getPath();
        switch (change) {
            case CREATE, OVERWRITE -> wreckage.write(path, random.nextInt(MOST_BYTES));
            case APPEND -> wreckage.append(path, 1 + random.nextInt(MOST_BYTES / 4));
            case TRUNCATE -> wreckage.truncate(path, random.nextInt((int) file.getLen() + 1));
            case DELETE -> cluster.fileSystem().delete(path, false);
            case RENAME -> cluster.fileSystem().rename(path, newPath());
            case REPLICATE -> cluster.fileSystem().setReplication(path, (short) (3 - file.getReplication()));
        }
    }

    private List<FileStatus> files() throws IOException {
        cluster.fileSystem().mkdirs(new Path(ROOT));
        List<FileStatus> files =
                new ArrayList<>(Arrays.asList(cluster.fileSystem().listStatus(new Path(ROOT))));
        files.sort(null);
        return files;
    }

    private Path newPath() {
        created++;
        return new Path(ROOT, "file" + created);
    }

    private <T> T pick(T[] of) {
        return of[random.nextInt(of.length)];
    }
}
