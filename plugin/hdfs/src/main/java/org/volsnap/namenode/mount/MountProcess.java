/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode.mount;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.hdfs.DFSConfigKeys;
import org.apache.hadoop.security.SecurityUtil;
import org.apache.hadoop.security.UserGroupInformation;
import org.apache.hadoop.util.ShutdownHookManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.volsnap.namenode.mount.MountLine.Kind;
import org.volsnap.protocol.MountAddress;
import org.volsnap.protocol.VolsnapClient;
import org.volsnap.protocol.proto.VolsnapProtos.MountProto;

/**
 * The process of a snapshot's NameNode: {@code MountProcess CONFIGURATION ARGUMENTS}, see {@link MountRequest}. It
 * outlives the command that starts it and ends when the snapshot is not mounted any more, or by SIGTERM, which takes
 * the mount out of the registry.
 */
public final class MountProcess {
    private static final Logger LOG = LoggerFactory.getLogger(MountProcess.class);

    /** Before Hadoop closes its file systems. */
    private static final int HOOK_PRIORITY = 50;

    private static final int HOOK_SECONDS = 60;

    private final PrintStream out;

    private MountProcess(PrintStream out) {
        this.out = out;
    }

    public static void main(String[] args) {
        // What libraries print goes to the log, with everything else.
        MountProcess process = new MountProcess(new PrintStream(System.out, true, StandardCharsets.UTF_8));
        System.setOut(System.err);
        System.exit(process.run(Path.of(args[0]), Arrays.asList(args).subList(1, args.length)));
    }

    private int run(Path configuration, List<String> arguments) {
        try {
            Configuration conf = SnapshotConfiguration.ofNameNode(read(configuration));
            login(conf);
            run(conf, MountRequest.parse(arguments));
            return 0;
        } catch (IOException | RuntimeException e) {
            LOG.error("the snapshot can't be mounted", e);
            say(Kind.FAILED, e.getClass().getSimpleName() + ": " + e.getMessage());
            return 1;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return 1;
        }
    }

    /** It may hold secrets: gone once it was read. */
    private static Configuration read(Path file) throws IOException {
        Configuration conf = new Configuration(false);
        try (var in = Files.newInputStream(file)) {
            conf.addResource(in);
            conf.size(); // it is read when something is asked for
        }
        Files.delete(file);
        return conf;
    }

    /** As the NameNode does; its calls to the cluster's NameNode are made under the same login. */
    private static void login(Configuration conf) throws IOException {
        UserGroupInformation.setConfiguration(conf);
        if (UserGroupInformation.isSecurityEnabled()) {
            SecurityUtil.login(
                    conf,
                    DFSConfigKeys.DFS_NAMENODE_KEYTAB_FILE_KEY,
                    DFSConfigKeys.DFS_NAMENODE_KERBEROS_PRINCIPAL_KEY,
                    MountHost.of(conf));
        }
    }

    private void run(Configuration conf, MountRequest request) throws IOException, InterruptedException {
        try (VolsnapClient cluster = VolsnapClient.connect(conf);
                SnapshotMount mount = new SnapshotMount(conf, cluster, request, step -> say(Kind.STEP, step))) {
            Runnable end = mount::close;
            ShutdownHookManager.get().addShutdownHook(end, HOOK_PRIORITY, HOOK_SECONDS, TimeUnit.SECONDS);
            MountProto mounted = mount.start(Path.of(System.getProperty("java.io.tmpdir")));
            say(Kind.STEP, "WebHDFS is at " + mounted.getWeb());
            ReportedBlocks reported = mount.awaitReports();
            say(Kind.READY, MountAddress.uri(mounted) + " " + reported.missing());
            mount.awaitUmount();
            LOG.info("{} is not mounted any more", request.snapshot());
        }
    }

    private void say(Kind kind, String text) {
        LOG.info("{}", text);
        out.println(new MountLine(kind, text));
    }
}
