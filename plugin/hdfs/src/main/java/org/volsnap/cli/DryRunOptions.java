/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.cli;

import com.google.common.collect.ImmutableMap;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.util.StringUtils;

/**
 * What commands of a rollback have in common.
 *
 * @param dryRun say what would happen, and do nothing
 * @param force go on although blocks of T may have no replica
 */
record DryRunOptions(boolean dryRun, boolean force) {
    static final String DRY_RUN = "-dryRun";
    static final String FORCE = "-force";

    /** As in a usage line. */
    static final String USAGE = "[" + DRY_RUN + "] [" + FORCE + "]";

    /** Takes the options out of the arguments. */
    static DryRunOptions take(List<String> arguments) {
        return new DryRunOptions(StringUtils.popOption(DRY_RUN, arguments), StringUtils.popOption(FORCE, arguments));
    }

    /** What they mean, followed by an argument. */
    static Map<String, String> explained() {
        return ImmutableMap.of(
                DRY_RUN,
                "Say what would come back, change and vanish, and what is missing; change nothing. Exit code 1 where it would"
                        + " be refused.",
                FORCE,
                "Go on although blocks of the snapshot may have no replica: nobody looks.");
    }
}
