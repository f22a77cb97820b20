/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.file;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.UUID;

/** {@link CrashFiles} for tests of other packages: one disk in memory, with stores on it and files beside them. */
public final class SimulatedDisk {
    private final CrashFiles files;

    public SimulatedDisk() {
        this(new CrashFiles());
    }

    private SimulatedDisk(CrashFiles files) {
        this.files = files;
    }

    /** Opens the store in this directory; a new one gets its id from the directory's name. */
    public FileStore open(Path directory, FileStoreOptions options) throws IOException {
        return FileStore.open(
                directory,
                options,
                files,
                () -> new UUID(1, directory.toString().hashCode()));
    }

    /** Cuts the power before the step that comes after this many more. */
    public void cutPowerAfter(long stepsFromNow) {
        files.crashAt(files.steps() + stepsFromNow + 1);
    }

    /** Whether the power is cut: nothing can be written any more. */
    public boolean isDead() {
        return files.hasCrashed();
    }

    /** Cuts the power now, if it is not. */
    public void cutPower() {
        if (!isDead()) {
            files.crashAt(files.steps());
        }
    }

    /** What is left of it after the power was cut. The dead one is not to be used any more. */
    public SimulatedDisk afterPowerCut(Random random) {
        return new SimulatedDisk(files.afterPowerCut(random));
    }

    /** A file outside of the stores: whole and durable at once, always in a new inode. */
    public void put(Path file, byte[] content) {
        files.put(file, content);
    }

    public byte[] get(Path file) throws IOException {
        return files.get(file);
    }

    public List<Path> list(Path directory) {
        return files.list(directory);
    }

    /** Removes a file outside of the stores, durably. */
    public void take(Path file) {
        files.take(file);
    }
}
