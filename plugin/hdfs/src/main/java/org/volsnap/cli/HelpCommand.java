/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.cli;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.hadoop.conf.Configuration;

/** {@code -help [COMMAND]}. */
final class HelpCommand implements Command {
    private final List<Command> commands;

    /** @param commands read when the command runs, so it may still be growing now */
    HelpCommand(List<Command> commands) {
        this.commands = commands;
    }

    @Override
    public String name() {
        return "-help";
    }

    @Override
    public String arguments() {
        return "[COMMAND]";
    }

    @Override
    public String description() {
        return "Explains one command, or all of them.";
    }

    @Override
    public Map<String, String> options() {
        return Map.of("COMMAND", "The command to explain, with or without its dash.");
    }

    @Override
    public int run(Configuration conf, Console console, List<String> arguments) {
        String name = Arguments.atMostOne(arguments);
        if (name == null) {
            commands.forEach(command -> Usage.printLong(console, command));
            return 0;
        }
        Command command = Commands.byName(commands, name.startsWith("-") ? name : "-" + name);
        if (command == null) {
            throw new UsageException("Unknown command '" + name + "'. Commands are: " + names());
        }
        Usage.printLong(console, command);
        return 0;
    }

    private String names() {
        return commands.stream().map(command -> command.name().substring(1)).collect(Collectors.joining(", "));
    }
}
