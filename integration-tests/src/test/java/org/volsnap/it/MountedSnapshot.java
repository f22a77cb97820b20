/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.it;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FileSystem;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.apache.hadoop.hdfs.server.datanode.VolsnapDataNodeBridge;
import org.apache.hadoop.hdfs.server.datanode.VolsnapDataNodeBridge.Served;
import org.volsnap.namenode.mount.MountProcess;
import org.volsnap.protocol.VirtualPool;
import org.volsnap.testing.CommandLine;
import org.volsnap.testing.CommandResult;
import org.volsnap.testing.VolsnapCluster;

/** A snapshot that is mounted by the command, in processes of their own. Closing it kills what is left of them. */
final class MountedSnapshot implements AutoCloseable {
    private final Configuration cluster;
    private final Path directory;
    private final String name;
    private final CommandResult result;
    private final DistributedFileSystem fileSystem;

    private MountedSnapshot(Configuration cluster, Path directory, String name, CommandResult result)
            throws IOException {
        this.cluster = cluster;
        this.directory = directory;
        this.name = name;
        this.result = result;
        this.fileSystem = (DistributedFileSystem) FileSystem.newInstance(URI.create(uri()), configuration());
    }

    /** Types {@code -mount}, in a directory of its own. */
    static MountedSnapshot mount(VolsnapCluster cluster, String name, String... options) throws Exception {
        return mount(cluster.configuration(), cluster.baseDir(), name, options);
    }

    /** @param base where that directory is made */
    static MountedSnapshot mount(Configuration cluster, Path base, String name, String... options) throws Exception {
        Path directory = Files.createTempDirectory(base, "mount-" + name);
        String[] command =
                Stream.concat(Stream.of("-mount", name), Stream.of(options)).toArray(String[]::new);
        return new MountedSnapshot(cluster, directory, name, CommandLine.runForked(cluster, directory, command));
    }

    CommandResult result() {
        return result;
    }

    /** Also where the exit code says that blocks are missing. */
    String uri() {
        return result.out().isBlank() ? result.orThrow().out() : result.out().strip();
    }

    /** A stock client's, with the snapshot as its file system. */
    Configuration configuration() {
        Configuration conf = new Configuration(cluster);
        conf.set("fs.defaultFS", uri());
        return conf;
    }

    DistributedFileSystem fileSystem() {
        return fileSystem;
    }

    /**
     * The process of its NameNode, and no other; empty when it has ended. By Linux's own list: Java cuts command lines off
     * that are as long as a class path.
     */
    List<ProcessHandle> processes() {
        return ProcessHandle.allProcesses().filter(this::isOfThis).toList();
    }

    private boolean isOfThis(ProcessHandle process) {
        try {
            String line = Files.readString(Path.of("/proc", Long.toString(process.pid()), "cmdline"), ISO_8859_1);
            return line.contains(MountProcess.class.getSimpleName()) && line.contains(directory.toString());
        } catch (IOException e) {
            return false; // it has just ended
        }
    }

    /** What the process has left in its temporary directory. */
    List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.getFileName().toString().startsWith("volsnap-mounted"))
                    .toList();
        }
    }

    CommandResult umount() {
        return CommandLine.run(cluster, "-umount", name);
    }

    /** Virtual block pools that the DataNodes serve. */
    static Set<String> served(VolsnapCluster cluster) {
        return cluster.dataNodes().stream()
                .flatMap(dataNode -> new VolsnapDataNodeBridge(dataNode).served().stream())
                .map(Served::nameserviceId)
                .filter(id -> id != null && VirtualPool.isVirtual(id))
                .collect(Collectors.toSet());
    }

    /** Directories of virtual block pools on the storage volumes of all DataNodes. */
    static List<Path> directories(VolsnapCluster cluster) throws IOException {
        try (Stream<Path> files = Files.walk(cluster.baseDir().resolve("dfs"), 4)) {
            return files.filter(file -> VirtualPool.isVirtual(file.getFileName().toString()))
                    .toList();
        }
    }

    @Override
    public void close() throws IOException {
        processes().forEach(ProcessHandle::destroyForcibly);
        fileSystem.close();
    }
}
