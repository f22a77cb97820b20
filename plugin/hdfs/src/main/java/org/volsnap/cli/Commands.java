/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.cli;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The list of commands, in the order in which help shows them. */
final class Commands {
    private Commands() {}

    static List<Command> all() {
        List<Command> commands = new ArrayList<>(List.of(
                new CreateCommand(),
                new ListCommand(),
                new StatusCommand(),
                new VerifyCommand(),
                new DiffCommand(),
                new MountCommand(),
                new UmountCommand(),
                new RestoreCommand(),
                new UndeleteCommand(),
                new DeleteCommand(),
                new PrepareRollbackCommand(),
                new CancelRollbackCommand(),
                new RollbackCommand(),
                new UndoRollbackCommand(),
                new RestoreRegistryCommand(),
                new CheckStoreCommand()));
        commands.add(new HelpCommand(commands));
        return List.copyOf(commands);
    }

    static @Nullable Command byName(List<Command> commands, String name) {
        return commands.stream()
                .filter(command -> command.name().equals(name))
                .findFirst()
                .orElse(null);
    }
}
