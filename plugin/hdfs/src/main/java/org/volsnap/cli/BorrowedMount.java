/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.cli;

import static java.util.Objects.requireNonNull;

import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.util.ShutdownHookManager;
import org.volsnap.namenode.mount.MountRequest;
import org.volsnap.protocol.MountAddress;
import org.volsnap.protocol.VolsnapProtocol;
import org.volsnap.protocol.proto.VolsnapProtos.MountProto;
import org.volsnap.protocol.proto.VolsnapProtos.UmountRequestProto;

/**
 * A mounted snapshot for as long as a command needs it. One that is not mounted is mounted, and unmounted at the end: when
 * this is closed, or when the process is ended by a signal that it can notice. Safe for many threads.
 */
final class BorrowedMount implements Closeable {
    private static final int UMOUNT_SECONDS = 30;

    private final VolsnapProtocol nameNode;
    private final Console console;
    private final String snapshot;
    private final MountProto mount;
    private final Runnable onInterrupt;
    private final Runnable hook = this::interrupted;
    /** Whether it is to be unmounted, and nobody does so yet. */
    private final AtomicBoolean ours;

    private BorrowedMount(
            VolsnapProtocol nameNode,
            Console console,
            String snapshot,
            MountProto mount,
            boolean ours,
            Runnable onInterrupt) {
        this.nameNode = requireNonNull(nameNode, "nameNode is null");
        this.console = requireNonNull(console, "console is null");
        this.snapshot = requireNonNull(snapshot, "snapshot is null");
        this.mount = requireNonNull(mount, "mount is null");
        this.ours = new AtomicBoolean(ours);
        this.onInterrupt = requireNonNull(onInterrupt, "onInterrupt is null");
    }

    /**
     * Waits until the snapshot can be read.
     *
     * @param onInterrupt runs when the process is being ended, before anything is unmounted
     */
    static BorrowedMount of(
            Configuration conf, VolsnapProtocol nameNode, Console console, String snapshot, Runnable onInterrupt)
            throws IOException {
        Optional<MountProto> known = MountProbe.registered(nameNode, snapshot);
        if (known.isPresent() && MountProbe.answers(known.get())) {
            return new BorrowedMount(nameNode, console, snapshot, known.get(), false, onInterrupt);
        }
        String replaces = known.map(MountProto::getBlockPoolId).orElse("");
        mount(conf, console, new MountRequest(snapshot, 0, replaces, Duration.ofSeconds(MountCommand.TIMEOUT_SECONDS)));
        MountProto mounted = MountProbe.registered(nameNode, snapshot)
                .orElseThrow(() -> new IOException("the mount of " + snapshot + " has ended already"));
        BorrowedMount borrowed = new BorrowedMount(nameNode, console, snapshot, mounted, true, onInterrupt);
        ShutdownHookManager.get()
                .addShutdownHook(
                        borrowed.hook, FileSystem.SHUTDOWN_HOOK_PRIORITY + 10, UMOUNT_SECONDS, TimeUnit.SECONDS);
        return borrowed;
    }

    /** What it prints for scripts is nobody's business here. Blocks without a replica fail the files that need them. */
    private static void mount(Configuration conf, Console console, MountRequest request) throws IOException {
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
        new MountLauncher(conf, new Console(nowhere, console.err())).launch(request);
    }

    URI uri() {
        return URI.create(MountAddress.uri(mount));
    }

    private void interrupted() {
        onInterrupt.run();
        unmount(false);
    }

    @Override
    public void close() {
        ShutdownHookManager hooks = ShutdownHookManager.get();
        if (!hooks.isShutdownInProgress()) {
            hooks.removeShutdownHook(hook);
        }
        unmount(true);
    }

    /** Its process ends by itself, soon; who may be asked whether it is there waits for that. */
    private void unmount(boolean wait) {
        if (!ours.getAndSet(false)) {
            return;
        }
        try {
            nameNode.umount(UmountRequestProto.newBuilder()
                    .setName(snapshot)
                    .setBlockPoolId(mount.getBlockPoolId())
                    .build());
            if (wait && !MountProbe.ends(mount)) {
                console.err().println("something still answers at " + MountAddress.uri(mount));
            }
        } catch (IOException e) {
            console.err()
                    .println("not unmounted, type 'hdfs volsnap -umount " + snapshot + "': " + VolsnapAdmin.oneLine(e));
        }
    }
}
