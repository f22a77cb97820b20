/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode.rollback;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.hadoop.security.UserGroupInformation;
import org.volsnap.protocol.RefusedException;

/**
 * Who may roll back while no NameNode is there to ask: the superuser, that is, the user as whom the NameNode runs, to
 * whom its directories belong. File modes keep others out of a real host's directories; this says it before anything is
 * read.
 */
final class Ownership {
    private Ownership() {}

    /** @throws RefusedException when the current user is not the owner */
    static void require(Path directory) throws IOException {
        String user = UserGroupInformation.getCurrentUser().getShortUserName();
        String owner = Files.getOwner(directory).getName();
        if (!user.equals(owner)) {
            throw new RefusedException("user " + user + " may not roll back: " + directory + " belongs to " + owner
                    + "; run it as " + owner);
        }
    }
}
