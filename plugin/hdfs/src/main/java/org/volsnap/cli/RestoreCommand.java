/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.cli;

import com.google.common.collect.ImmutableMap;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.util.StringUtils;
import org.jspecify.annotations.Nullable;
import org.volsnap.restore.RestoreRequest;

/** {@code -restore NAME PATH... [-to DIR] [-overwrite] [-dryRun] [-threads N]}. */
final class RestoreCommand extends OnlineCommand {
    private static final String TO = "-to";
    private static final String OVERWRITE = "-overwrite";
    private static final String THREADS = "-threads";

    @Override
    public String name() {
        return "-restore";
    }

    @Override
    public String arguments() {
        return "NAME PATH... [" + TO + " DIR] [" + OVERWRITE + "] [" + DryRunOptions.DRY_RUN + "] [" + THREADS + " N]";
    }

    @Override
    public String description() {
        return "Brings files and directories of a snapshot back, with owner, mode, times, ACLs and attributes, while the"
                + " cluster is in use. What is as it was is skipped, what is new is left alone, and what was brought back is"
                + " compared with the snapshot. It can be interrupted and typed again. A snapshot that is not mounted is"
                + " mounted for that, on this host, which takes the NameNode's heap (HDFS_VOLSNAP_OPTS).";
    }

    @Override
    public Map<String, String> options() {
        return ImmutableMap.of(
                "NAME",
                "The snapshot.",
                "PATH",
                "A file, or a directory with all that is in it.",
                TO,
                "Bring them into this directory, each under its last name, and not to where they were.",
                OVERWRITE,
                "Also where bytes that are there now are lost: replace files whose content is another one, and cut off"
                        + " what was appended. Without it they are left alone, and the exit code is 1.",
                DryRunOptions.DRY_RUN,
                "Say what would be done, path by path; change nothing.",
                THREADS,
                "Copy and compare so many files at once; " + SnapshotRestore.THREADS + " without it.");
    }

    @Override
    Action parse(Configuration conf, List<String> arguments) {
        List<String> left = new ArrayList<>(arguments);
        boolean overwrite = StringUtils.popOption(OVERWRITE, left);
        boolean dryRun = StringUtils.popOption(DryRunOptions.DRY_RUN, left);
        int threads = Arguments.count(THREADS, left, SnapshotRestore.THREADS);
        if (threads == 0) {
            throw new UsageException(THREADS + " needs a number from 1 on");
        }
        @Nullable String to = Arguments.value(TO, left);
        List<String> words = Arguments.nameAndOthers(left);
        if (words.size() < 2) {
            throw new UsageException("The path to restore is missing");
        }
        List<Path> paths = words.stream().skip(1).map(RestoreCommand::path).toList();
        RestoreRequest request = new RestoreRequest(paths, to == null ? null : path(to), overwrite, dryRun, threads);
        return (nameNode, console) -> new SnapshotRestore(conf, nameNode, console).run(words.get(0), request);
    }

    private static Path path(String argument) {
        return new Path(Arguments.absolutePath(argument));
    }
}
