/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.cli;

import java.util.List;
import org.apache.hadoop.tools.TableListing;
import org.apache.hadoop.util.ToolRunner;

/** Usage lines and help texts. */
final class Usage {
    private static final int WIDTH = 80;

    private Usage() {}

    /** For example {@code hdfs volsnap -delete NAME}. */
    static String line(Command command) {
        String arguments = command.arguments().isEmpty() ? "" : " " + command.arguments();
        return "hdfs volsnap " + command.name() + arguments;
    }

    /** All usage lines, and Hadoop's generic options. */
    static void printShort(Console console, List<Command> commands) {
        console.err().println("Usage: hdfs volsnap COMMAND");
        commands.forEach(command -> console.err().println("          " + line(command)));
        console.err().println();
        ToolRunner.printGenericCommandUsage(console.err());
    }

    /** Usage line, description and options of one command. */
    static void printLong(Console console, Command command) {
        console.err().println(line(command));
        console.err().println();
        console.err().print(wrapped(command.description()));
        if (!command.options().isEmpty()) {
            console.err().println();
            console.err().print(optionTable(command));
        }
        console.err().println();
    }

    private static String optionTable(Command command) {
        TableListing table = new TableListing.Builder()
                .addField("")
                .addField("", true)
                .wrapWidth(WIDTH)
                .hideHeaders()
                .build();
        command.options().forEach((option, text) -> table.addRow(option, text));
        return table.toString();
    }

    private static String wrapped(String text) {
        TableListing table = new TableListing.Builder()
                .addField("", true)
                .wrapWidth(WIDTH)
                .hideHeaders()
                .build();
        table.addRow(text);
        return table.toString();
    }
}
