/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.protocol;

/**
 * The block pool ids of mounted snapshots. They have the form that Hadoop looks for in paths ({@code
 * BlockPoolSliceStorage}), with an address that no host has: so nobody takes one for the pool of a NameNode with files of
 * its own, not even from a directory that was left over.
 */
public final class VirtualPool {
    private static final String NO_HOST = "-255.255.255.255-";

    private VirtualPool() {}

    /**
     * A block pool id that was not used before.
     *
     * @param snapshotId of the registry
     * @param nowMillis since 1970
     */
    public static String newId(long snapshotId, long nowMillis) {
        return "BP-" + snapshotId + NO_HOST + nowMillis;
    }

    public static boolean isVirtual(String blockPoolId) {
        return blockPoolId.contains(NO_HOST);
    }

    /** The nameservice as which a DataNode serves it. */
    public static String nameservice(String blockPoolId) {
        return "volsnap-" + blockPoolId;
    }
}
