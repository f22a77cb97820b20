/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.it;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Assumptions;

/**
 * A small file system of its own that can go bad: mounted for a test, which is skipped where that is not allowed. For one
 * thread.
 */
final class MountedDisk implements AutoCloseable {
    /** Python can make the call that Java can't: FS_IOC_SHUTDOWN without a flush. */
    private static final String SHUT_DOWN = "import fcntl, os, struct, sys; "
            + "fcntl.ioctl(os.open(sys.argv[1], os.O_RDONLY), 0x8004587d, struct.pack('I', 2))";

    private final Path at;
    private final String[] mount;

    private MountedDisk(Path at, String... mount) throws IOException {
        this.at = Files.createDirectories(at);
        this.mount = mount;
        assumeDone(mount);
    }

    /** In memory. */
    static MountedDisk tmpfs(Path at, int megabytes) throws IOException {
        return new MountedDisk(at, "mount", "-t", "tmpfs", "-o", "size=" + megabytes + "m", "tmpfs", at.toString());
    }

    /** ext4 in an image file, which turns read-only at its first error. */
    static MountedDisk ext4(Path at, Path image, int megabytes) throws IOException {
        try (OutputStream file = Files.newOutputStream(image)) {
            file.write(new byte[megabytes << 20]);
        }
        assumeDone("mkfs.ext4", "-q", "-F", "-m", "0", image.toString());
        return new MountedDisk(at, "mount", "-o", "loop,errors=remount-ro", image.toString(), at.toString());
    }

    Path path() {
        return at;
    }

    /** Takes all room that is left. */
    void fill() throws IOException {
        byte[] bytes = new byte[4096];
        try (OutputStream file = Files.newOutputStream(at.resolve("filler"))) {
            while (true) {
                file.write(bytes);
            }
        } catch (IOException e) {
            if (Files.getFileStore(at).getUsableSpace() >= bytes.length) {
                throw e;
            }
        }
    }

    /** Gives the room back. */
    void makeRoom() throws IOException {
        Files.delete(at.resolve("filler"));
    }

    /** As ext4 does at an error, also under who has files open for writing. */
    void turnReadOnly() throws IOException {
        Path trigger = Path.of("/sys/fs/ext4", device(), "trigger_fs_error");
        Assumptions.assumeTrue(Files.isWritable(trigger), "this kernel has no " + trigger);
        sync();
        Files.writeString(trigger, "1", StandardOpenOption.WRITE);
    }

    /** From now on every call fails with EIO. */
    void fail() throws IOException {
        sync();
        assumeDone("python3", "-c", SHUT_DOWN, at.toString());
    }

    /** HDFS leaves it to the kernel when a block that was closed gets to the disk: by now it is there. */
    private void sync() throws IOException {
        assumeDone("sync", "-f", at.toString());
    }

    /** Mounts it anew: it has what it had, and is whole. */
    void repair() throws IOException {
        unmount();
        assumeDone(mount);
    }

    private String device() throws IOException {
        return Path.of(run("findmnt", "-no", "SOURCE", at.toString()).output().strip())
                .getFileName()
                .toString();
    }

    private void unmount() throws IOException {
        run("umount", "-l", at.toString());
    }

    @Override
    public void close() throws IOException {
        unmount();
    }

    private record Done(int exitCode, String output) {}

    private static void assumeDone(String... command) throws IOException {
        Done done = run(command);
        Assumptions.assumeTrue(
                done.exitCode() == 0, "not possible here: " + String.join(" ", command) + ": " + done.output());
    }

    private static Done run(String... command) throws IOException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        try {
            String output = new String(process.getInputStream().readAllBytes(), UTF_8);
            return new Done(process.waitFor(), output);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(String.join(" ", command) + " was interrupted", e);
        }
    }
}
