/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.speed;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.util.Tool;

/**
 * {@code hadoop distcp} with its map in this process, where only one runs at a time: so it is several commands at once. By the class's name: the profile {@code rollback-speed} has the jars,
 * the build does not need them.
 */
final class DistributedCopy {
    private static final String DISTCP = "org.apache.hadoop.tools.DistCp";
    private static final int AT_ONCE = 4;

    private final Configuration conf;

    /** @param temporary for what the maps write beside */
    DistributedCopy(Configuration cluster, Path temporary) {
        conf = new Configuration(cluster);
        conf.set("mapreduce.framework.name", "local");
        conf.set("hadoop.tmp.dir", temporary.toString());
    }

    static boolean isThere() {
        try {
            Class.forName(DISTCP);
            return true;
        } catch (ClassNotFoundException e) {
            return false;
        }
    }

    /** Copies these files into a directory: so many commands at once, each with its part. */
    void copy(List<String> files, String to) throws Exception {
        ExecutorService commands = Executors.newFixedThreadPool(AT_ONCE);
        try {
            List<Callable<Boolean>> parts = new ArrayList<>();
            for (int command = 0; command < AT_ONCE; command++) {
                List<String> part =
                        files.subList(files.size() * command / AT_ONCE, files.size() * (command + 1) / AT_ONCE);
                parts.add(() -> copyPart(part, to));
            }
            for (Future<Boolean> part : commands.invokeAll(parts)) {
                part.get();
            }
        } finally {
            commands.shutdownNow();
        }
    }

    private boolean copyPart(List<String> files, String to) throws Exception {
        Path list = Files.createTempFile("distcp", ".list");
        Files.write(list, files);
        int exitCode = tool().run(new String[] {"-m", "1", "-f", list.toUri().toString(), to});
        Files.delete(list);
        if (exitCode != 0) {
            throw new IOException("distcp to " + to + " ended with " + exitCode);
        }
        return true;
    }

    private Tool tool() throws ReflectiveOperationException {
        Class<?> options = Class.forName("org.apache.hadoop.tools.DistCpOptions");
        try {
            return (Tool) Class.forName(DISTCP)
                    .getConstructor(Configuration.class, options)
                    .newInstance(conf, null);
        } catch (InvocationTargetException e) {
            throw new IllegalStateException(e.getCause());
        }
    }
}
