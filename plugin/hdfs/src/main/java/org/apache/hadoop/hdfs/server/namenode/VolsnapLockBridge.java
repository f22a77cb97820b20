/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.apache.hadoop.hdfs.server.namenode;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/**
 * The namesystem's lock, under the names of the Hadoop version that runs: 3.5 has one for each part of the namesystem
 * and takes an {@code org.apache.hadoop.hdfs.util.RwLockMode}, 3.4 has one for all and takes nothing. The methods are
 * public, and looked up once; a version that has neither fails when the first constant is used. Reentrant, for many
 * threads.
 */
@NullMarked
enum VolsnapLockBridge {
    /** Files, directories, blocks and DataNodes. */
    GLOBAL,
    /** Files and directories alone; in 3.4 the same as {@link #GLOBAL}. */
    FS;

    private static final String MODES = "org.apache.hadoop.hdfs.util.RwLockMode";

    private final MethodHandle readLock;
    private final MethodHandle readUnlock;
    private final MethodHandle writeLock;
    private final MethodHandle writeUnlock;

    VolsnapLockBridge() {
        Object mode = modeOf(name());
        readLock = find("readLock", mode);
        readUnlock = find("readUnlock", mode, String.class);
        writeLock = find("writeLock", mode);
        writeUnlock = find("writeUnlock", mode, String.class);
    }

    /** Null where the version knows no modes. */
    private static @Nullable Object modeOf(String name) {
        Class<?> modes;
        try {
            modes = Class.forName(MODES, true, FSNamesystem.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            return null;
        }
        for (Object mode : modes.getEnumConstants()) {
            if (((Enum<?>) mode).name().equals(name)) {
                return mode;
            }
        }
        throw new IllegalStateException(MODES + " has no " + name + ": not a Hadoop version that volsnap knows");
    }

    /** A method of the namesystem that takes the mode, where there is one, before its other parameters. */
    private static MethodHandle find(String method, @Nullable Object mode, Class<?>... parameters) {
        MethodType type = MethodType.methodType(void.class, parameters);
        MethodHandles.Lookup lookup = MethodHandles.publicLookup();
        try {
            if (mode == null) {
                return lookup.findVirtual(FSNamesystem.class, method, type);
            }
            MethodType withMode = type.insertParameterTypes(0, mode.getClass());
            return MethodHandles.insertArguments(lookup.findVirtual(FSNamesystem.class, method, withMode), 1, mode);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(
                    "the namesystem has no public " + method + type + ": not a Hadoop version that volsnap knows", e);
        }
    }

    void readLock(FSNamesystem namesystem) {
        call(() -> readLock.invoke(namesystem));
    }

    void readUnlock(FSNamesystem namesystem, String operation) {
        call(() -> readUnlock.invoke(namesystem, operation));
    }

    void writeLock(FSNamesystem namesystem) {
        call(() -> writeLock.invoke(namesystem));
    }

    void writeUnlock(FSNamesystem namesystem, String operation) {
        call(() -> writeUnlock.invoke(namesystem, operation));
    }

    @FunctionalInterface
    private interface Call {
        void run() throws Throwable;
    }

    /** The methods declare nothing checked, nor does this. */
    private static void call(Call call) {
        try {
            call.run();
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(e);
        }
    }
}
