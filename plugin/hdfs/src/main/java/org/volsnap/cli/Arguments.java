/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.cli;

import com.google.common.primitives.Ints;
import java.util.List;
import org.apache.hadoop.fs.Path;
import org.jspecify.annotations.Nullable;

/** Takes a command's arguments apart. Every method throws {@link UsageException} for what it does not expect. */
final class Arguments {
    private Arguments() {}

    static void none(List<String> arguments) {
        refuseOptions(arguments);
        if (!arguments.isEmpty()) {
            throw new UsageException("Too many arguments");
        }
    }

    static @Nullable String atMostOne(List<String> arguments) {
        if (arguments.size() > 1) {
            throw new UsageException("Too many arguments");
        }
        return arguments.isEmpty() ? null : arguments.get(0);
    }

    /** At most one snapshot name: anything that starts with a dash is an option that the command doesn't have. */
    static @Nullable String optionalName(List<String> arguments) {
        refuseOptions(arguments);
        return atMostOne(arguments);
    }

    static String name(List<String> arguments) {
        String name = optionalName(arguments);
        if (name == null) {
            throw new UsageException("The name of a snapshot is missing");
        }
        return name;
    }

    /** A path, without slashes that say nothing. */
    static String absolutePath(String argument) {
        if (!argument.startsWith("/")) {
            throw new UsageException("'" + argument + "' is not an absolute path");
        }
        return new Path(argument).toUri().getPath();
    }

    /** One or two snapshots. */
    static List<String> oneOrTwoNames(List<String> arguments) {
        refuseOptions(arguments);
        if (arguments.size() > 2) {
            throw new UsageException("Too many arguments");
        }
        return arguments.size() == 2 ? List.copyOf(arguments) : List.of(name(arguments));
    }

    /** One path, and nothing else. */
    static String path(List<String> arguments) {
        String path = optionalName(arguments);
        if (path == null) {
            throw new UsageException("The path is missing");
        }
        return absolutePath(path);
    }

    /** The name of a snapshot, and whatever else there is; no option is left. */
    static List<String> nameAndOthers(List<String> arguments) {
        refuseOptions(arguments);
        if (arguments.isEmpty()) {
            throw new UsageException("The name of a snapshot is missing");
        }
        return List.copyOf(arguments);
    }

    /** Takes an option with a value out of the arguments; null when it is not there. */
    static @Nullable String value(String option, List<String> arguments) {
        int at = arguments.indexOf(option);
        if (at < 0) {
            return null;
        }
        arguments.remove(at);
        if (at == arguments.size() || arguments.get(at).startsWith("-")) {
            throw new UsageException(option + " needs a value");
        }
        return arguments.remove(at);
    }

    /** Takes an option with a number from 0 on out of the arguments; {@code absent} when it is not there. */
    static int count(String option, List<String> arguments, int absent) {
        int at = arguments.indexOf(option);
        if (at < 0) {
            return absent;
        }
        arguments.remove(at);
        Integer count = at < arguments.size() ? Ints.tryParse(arguments.remove(at)) : null;
        if (count == null || count < 0) {
            throw new UsageException(option + " needs a number");
        }
        return count;
    }

    private static void refuseOptions(List<String> arguments) {
        arguments.stream()
                .filter(argument -> argument.startsWith("-"))
                .findFirst()
                .ifPresent(option -> {
                    throw new UsageException("Unknown option '" + option + "'");
                });
    }
}
