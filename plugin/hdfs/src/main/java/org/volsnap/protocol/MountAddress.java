/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.protocol;

import org.volsnap.protocol.proto.VolsnapProtos.MountProto;

/** Where a mounted snapshot is read. */
public final class MountAddress {
    private MountAddress() {}

    /** What an HDFS client takes as {@code -fs}, or before a path. */
    public static String uri(MountProto mount) {
        return "hdfs://" + mount.getAddress();
    }
}
