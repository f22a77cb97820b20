/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode.mount;

import java.io.IOException;
import java.util.Set;

/**
 * The virtual block pools in which this DataNode is, or was. All but {@link #served} is called by one thread, the one
 * that does every change of the nameservices.
 */
public interface MountMemberships {
    /** Ids of the virtual block pools whose NameNode this DataNode serves, or tries to. */
    Set<String> served();

    /** Begins to serve; returns before it has registered. Can be repeated when it failed. */
    void join(Mount mount) throws IOException;

    /** Ends to serve; returns when no thread does so any more. Can be repeated when it failed. */
    void leave(String blockPoolId) throws IOException, InterruptedException;

    /** Ids of the virtual block pools that have a directory on a storage volume. */
    Set<String> directories() throws IOException;

    /** Removes the directories of one that is not served; they hold no block. */
    void deleteDirectories(String blockPoolId) throws IOException;
}
