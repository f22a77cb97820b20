/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode.registry;

import java.net.InetSocketAddress;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.volsnap.protocol.proto.VolsnapProtos.PollRequestProto;
import org.volsnap.protocol.proto.VolsnapProtos.PollResponseProto;

/**
 * A NameNode that answers as the active one. Two may do so at once: one that was cut off goes on believing it until its next
 * write fails. As for Hadoop's own heartbeats, the one with the higher transaction is right: a NameNode that becomes active
 * writes one, and the other can't any more. Otherwise the lease of a DataNode would be renewed by a NameNode that does not
 * know what the active one waits for.
 */
record ActiveClaim(InetSocketAddress nameNode, PollResponseProto answer) {
    /** Why this is not the NameNode to follow; empty when it is. */
    Optional<String> objection(PollRequestProto asked, @Nullable ActiveClaim followed) {
        String pool = answer.getRegistry().getBlockPoolId();
        if (!pool.equals(asked.getBlockPoolId())) {
            return Optional.of("has block pool " + pool);
        }
        if (followed != null && !followed.nameNode().equals(nameNode) && !isNewerThan(followed)) {
            return Optional.of("says that it is active with transaction "
                    + answer.getActiveTxid() + ", but " + followed.nameNode() + " was active with "
                    + followed.answer().getActiveTxid());
        }
        return Optional.empty();
    }

    private boolean isNewerThan(ActiveClaim followed) {
        return answer.getActiveTxid() > followed.answer().getActiveTxid();
    }
}
