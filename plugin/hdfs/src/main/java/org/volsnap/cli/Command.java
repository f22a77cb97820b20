/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.cli;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.apache.hadoop.conf.Configuration;

/** One verb of {@code hdfs volsnap}. The shape is that of Hadoop's {@code AdminHelper.Command}. */
interface Command {
    /** With its dash: {@code -create}. */
    String name();

    /** What follows the name in the usage line; empty if nothing does. */
    String arguments();

    /** One or more sentences for {@code -help}. */
    String description();

    /** Each argument or option of {@link #arguments()} with its explanation, in order. */
    Map<String, String> options();

    /**
     * @return the exit code: 0 done, 1 bad usage or a negative finding
     * @throws UsageException when the arguments are wrong: exit code 1
     * @throws IOException when it could not be done: exit code 2
     * @throws IllegalArgumentException when a value is not allowed: exit code -1
     */
    int run(Configuration conf, Console console, List<String> arguments) throws IOException;
}
