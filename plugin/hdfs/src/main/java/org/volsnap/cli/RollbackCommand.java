/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.cli;

import com.google.common.collect.ImmutableMap;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.util.StringUtils;
import org.volsnap.namenode.rollback.RollbackPreview;
import org.volsnap.namenode.rollback.RollbackPreview.Found;
import org.volsnap.namenode.rollback.RollbackTool;
import org.volsnap.namenode.rollback.RollbackTool.Outcome;

/** {@code -rollback [-dryRun] [-force] [-acceptLoss] NAME}: offline, on the NameNode's host. */
final class RollbackCommand implements Command {
    private static final String ACCEPT_LOSS = "-acceptLoss";

    @Override
    public String name() {
        return "-rollback";
    }

    @Override
    public String arguments() {
        return DryRunOptions.USAGE + " [" + ACCEPT_LOSS + "] NAME";
    }

    @Override
    public String description() {
        return "Puts the directories of the stopped NameNode back to a snapshot, after -prepareRollback. Type it on the"
                + " NameNode's host, as the user who runs the NameNode, with the NameNode stopped. The DataNodes follow when"
                + " it is started; they need not be stopped.";
    }

    @Override
    public Map<String, String> options() {
        return ImmutableMap.<String, String>builder()
                .putAll(DryRunOptions.explained())
                .put(
                        ACCEPT_LOSS,
                        "Go on although the namespace was changed after the safety snapshot; lists what is lost.")
                .put("NAME", "The snapshot that -prepareRollback was given.")
                .buildOrThrow();
    }

    @Override
    public int run(Configuration conf, Console console, List<String> arguments) throws IOException {
        List<String> left = new ArrayList<>(arguments);
        boolean acceptLoss = StringUtils.popOption(ACCEPT_LOSS, left);
        DryRunOptions options = DryRunOptions.take(left);
        String name = Arguments.name(left);
        if (options.dryRun()) {
            return preview(conf, console, name, acceptLoss, options.force());
        }
        Outcome outcome = new RollbackTool(conf, console.err()::println).run(name, acceptLoss, options.force());
        outcome.lost().forEach(line -> console.out().println("Lost: " + line));
        console.out()
                .printf(
                        "Rolled the namespace back to %s: rollback %d, transaction id %d, generation stamp %d%nNext:%n",
                        name, outcome.epoch(), outcome.txid(), outcome.stamp());
        outcome.nextLines().forEach(line -> console.out().println("  " + line));
        return 0;
    }

    private static int preview(Configuration conf, Console console, String name, boolean acceptLoss, boolean force)
            throws IOException {
        Found found = new RollbackPreview(conf, console.err()::println).find(name, RollbackReport.NAMED);
        RollbackReport report = new RollbackReport(console.out());
        report.differences(found.target(), found.txid(), found.differences());
        report.missingUnasked(found.target(), found.unseen().orElse("none, as -prepareRollback found"));
        report.warnings(found.differences());
        String loss = found.loss().filter(reason -> !acceptLoss).orElse("");
        return report.end(
                loss.isEmpty() ? found.unseen().filter(reason -> !force).orElse("") : loss);
    }
}
