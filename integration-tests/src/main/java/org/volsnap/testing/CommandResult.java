/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.testing;

/** What a command left behind. A shell would show an exit code of -1 as 255. */
public record CommandResult(int exitCode, String out, String err) {
    /** Itself, when the command succeeded. */
    public CommandResult orThrow() {
        if (exitCode != 0) {
            throw new IllegalStateException("exit code " + exitCode + ": " + err + out);
        }
        return this;
    }
}
