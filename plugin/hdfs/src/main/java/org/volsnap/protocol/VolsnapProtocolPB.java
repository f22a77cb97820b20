/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.protocol;

import org.apache.hadoop.hdfs.client.HdfsClientConfigKeys;
import org.apache.hadoop.ipc.ProtocolInfo;
import org.apache.hadoop.security.KerberosInfo;
import org.volsnap.protocol.proto.VolsnapProtos.VolsnapService;

/**
 * The protocol's wire side. Its name must be this class's own: Hadoop's service authorization loads it by name. Delegation
 * tokens are not accepted: who administers snapshots has logged in.
 */
@KerberosInfo(serverPrincipal = HdfsClientConfigKeys.DFS_NAMENODE_KERBEROS_PRINCIPAL_KEY)
@ProtocolInfo(protocolName = VolsnapProtocolPB.NAME, protocolVersion = 1)
public interface VolsnapProtocolPB extends VolsnapService.BlockingInterface {
    String NAME = "org.volsnap.protocol.VolsnapProtocolPB";
}
