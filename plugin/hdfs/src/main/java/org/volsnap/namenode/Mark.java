/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.time.Duration;
import java.util.function.UnaryOperator;
import org.apache.hadoop.hdfs.server.blockmanagement.BlockIdManager;
import org.apache.hadoop.hdfs.server.namenode.VolsnapNameNodeBridge;
import org.volsnap.protocol.proto.VolsnapProtos.FenceProto;

/**
 * The moment T: alone in the namesystem, begin a new segment of the edit log and read the counters. T is the last
 * transaction of the old segment; the registry's own transaction follows it.
 */
final class Mark {
    private final VolsnapNameNodeBridge nameNode;
    private final RegistryKeeper registry;

    Mark(VolsnapNameNodeBridge nameNode, RegistryKeeper registry) {
        this.nameNode = requireNonNull(nameNode, "nameNode is null");
        this.registry = requireNonNull(registry, "registry is null");
    }

    /** What else happens at T, before anybody can change anything. */
    @FunctionalInterface
    interface Rest {
        void run() throws IOException;
    }

    /**
     * Marks a snapshot that is CREATING; durable on return. Returns how long the namesystem stood still.
     *
     * @param also what else the registry says from T on
     */
    Duration mark(long snapshotId, UnaryOperator<Registry> also, Rest rest) throws IOException {
        return nameNode.exclusively("volsnapMark", () -> {
            long start = System.nanoTime();
            long txid = nameNode.rollEditLog();
            FenceProto fence = fence(nameNode.blockIds());
            registry.update(current -> also.apply(current.mark(snapshotId, fence, txid)));
            rest.run();
            return Duration.ofNanos(System.nanoTime() - start);
        });
    }

    private static FenceProto fence(BlockIdManager ids) {
        return FenceProto.newBuilder()
                .setStamp(ids.getGenerationStamp())
                .setLegacyStamp(ids.getLegacyGenerationStamp())
                .setLegacyLimit(ids.getLegacyGenerationStampLimit())
                .build();
    }
}
