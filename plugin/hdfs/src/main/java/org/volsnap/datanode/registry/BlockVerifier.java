/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode.registry;

import java.io.IOException;
import java.util.Optional;
import org.volsnap.datanode.PoolControl;
import org.volsnap.datanode.SnapshotReplicaReader;
import org.volsnap.model.BlockKey;
import org.volsnap.model.SnapshotId;
import org.volsnap.model.VersionState;
import org.volsnap.protocol.proto.VolsnapProtos.BlockRefProto;
import org.volsnap.protocol.proto.VolsnapProtos.BlockResultProto;

/** Reads a block as a snapshot sees it and checks what it reads. Safe for many threads. */
final class BlockVerifier {
    static final int GOOD = 0;
    static final int NOT_HERE = 1;
    static final int BAD = 2;

    private final PoolControl control;

    BlockVerifier(PoolControl control) {
        this.control = control;
    }

    /**
     * Never throws for what it finds: that is the result.
     *
     * @param presenceOnly only both ends are read, in place of every byte
     */
    BlockResultProto verify(SnapshotId snapshot, BlockRefProto block, boolean presenceOnly) {
        BlockResultProto.Builder result =
                BlockResultProto.newBuilder().setBlockId(block.getBlockId()).setStamp(block.getStamp());
        BlockKey key = new BlockKey(control.blockPoolId(), block.getBlockId(), block.getStamp());
        try {
            Optional<SnapshotReplicaReader> replica = control.read(snapshot, key);
            if (replica.isEmpty()) {
                return result.setResult(NOT_HERE).build();
            }
            checkLength(replica.get(), block);
            if (presenceOnly) {
                replica.get().verifyEnds();
            } else {
                replica.get().verify();
            }
            return result.setResult(GOOD).build();
        } catch (IOException | RuntimeException e) {
            return result.setResult(BAD)
                    .setReason(String.valueOf(e.getMessage()))
                    .build();
        }
    }

    /** A block that was open at T may be longer here than in the namespace, which learns its length at the end. */
    private static void checkLength(SnapshotReplicaReader replica, BlockRefProto block) throws IOException {
        boolean open = block.getUnderConstruction() || replica.state() == VersionState.OPEN;
        long length = block.getLength();
        if (replica.length() < length || (!open && replica.length() > length)) {
            throw new IOException(replica.key() + " has " + replica.length() + " bytes, the namespace says " + length);
        }
    }
}
