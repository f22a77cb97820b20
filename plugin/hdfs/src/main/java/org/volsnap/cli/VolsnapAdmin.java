/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.cli;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.conf.Configured;
import org.apache.hadoop.ipc.RemoteException;
import org.apache.hadoop.util.Tool;
import org.apache.hadoop.util.ToolRunner;

/**
 * {@code hdfs volsnap}. Exit codes are those of Hadoop's admin tools: 0 done; 1 bad usage, or a negative finding; 2 an
 * {@link IOException}; -1 (255 in a shell) a value that is not allowed.
 */
public final class VolsnapAdmin extends Configured implements Tool {
    private final Console console;
    private final List<Command> commands;

    public VolsnapAdmin(Configuration conf, Console console) {
        super(conf);
        this.console = requireNonNull(console, "console is null");
        this.commands = Commands.all();
    }

    public static void main(String[] args) throws Exception {
        System.exit(ToolRunner.run(new VolsnapAdmin(new Configuration(), Console.ofProcess()), args));
    }

    @Override
    public int run(String[] args) {
        if (args.length == 0) {
            Usage.printShort(console, commands);
            return 1;
        }
        Command command = Commands.byName(commands, args[0]);
        if (command == null) {
            return unknown(args[0]);
        }
        return runCommand(command, Arrays.asList(args).subList(1, args.length));
    }

    private int runCommand(Command command, List<String> arguments) {
        try {
            return command.run(getConf(), console, arguments);
        } catch (UsageException e) {
            console.err().println(command.name() + ": " + e.getMessage());
            console.err().println("Usage: " + Usage.line(command));
            return 1;
        } catch (IllegalArgumentException e) {
            console.err().println(oneLine(e));
            return -1;
        } catch (IOException e) {
            console.err().println(oneLine(unwrap(e)));
            return 2;
        }
    }

    private int unknown(String name) {
        console.err().println("Can't understand command '" + name + "'");
        if (!name.startsWith("-")) {
            console.err().println("Command names must start with dashes.");
        }
        Usage.printShort(console, commands);
        return 1;
    }

    /** What the NameNode threw, with its own class name, instead of the RPC layer's wrapping. */
    private static Exception unwrap(IOException e) {
        return e instanceof RemoteException remote ? remote.unwrapRemoteException() : e;
    }

    /** Messages from the NameNode may carry a stack trace after the first line. */
    static String oneLine(Exception e) {
        String message = e.getLocalizedMessage();
        String name = e.getClass().getSimpleName();
        return message == null
                ? name
                : name + ": " + message.lines().findFirst().orElse("");
    }
}
