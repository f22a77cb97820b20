/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.cli;

import com.google.common.collect.ImmutableMap;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.util.StringUtils;
import org.jspecify.annotations.Nullable;
import org.volsnap.store.file.StoreChecker;
import org.volsnap.store.file.StoreReport;

/** {@code -checkStore PATH [-repairTo DIR]}: offline, on a DataNode's host. */
final class CheckStoreCommand implements Command {
    private static final String REPAIR_TO = "-repairTo";

    @Override
    public String name() {
        return "-checkStore";
    }

    @Override
    public String arguments() {
        return "PATH [" + REPAIR_TO + " DIR]";
    }

    @Override
    public String description() {
        return "Checks a snapshot store of a stopped DataNode, as the user who runs it: every record, and every chunk."
                + " Changes nothing. Asks no NameNode.";
    }

    @Override
    public Map<String, String> options() {
        return ImmutableMap.of(
                "PATH",
                "The store: <storage volume>/volsnap/<block pool>.",
                REPAIR_TO + " DIR",
                "Also writes what is whole to this directory, which is empty or absent; the rest is lost there.");
    }

    @Override
    public int run(Configuration conf, Console console, List<String> arguments) throws IOException {
        List<String> left = new ArrayList<>(arguments);
        boolean repairs = left.contains(REPAIR_TO);
        @Nullable String target = StringUtils.popOptionWithArgument(REPAIR_TO, left);
        if (repairs && target == null) {
            throw new UsageException(REPAIR_TO + " needs a directory");
        }
        @Nullable String path = Arguments.optionalName(left);
        if (path == null) {
            throw new UsageException("The path of a store is missing");
        }
        StoreChecker checker = new StoreChecker(Path.of(path));
        StoreReport report = target == null ? checker.check() : checker.repairTo(Path.of(target));
        report.damages().forEach(damage -> console.out().println("Damaged: " + damage));
        console.out()
                .printf(
                        "Checked %s: %d records, %d block versions (%d lost), %d chunks of %s, %d whole replicas,"
                                + " %d damaged places%n",
                        path,
                        report.records(),
                        report.versions(),
                        report.lostVersions(),
                        report.chunks(),
                        Format.bytes(report.chunkBytes()),
                        report.wholeReplicas(),
                        report.damages().size());
        if (target != null) {
            console.out().println("Wrote what is whole to " + target);
        }
        return report.isClean() ? 0 : 1;
    }
}
