/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode;

import org.volsnap.protocol.proto.VolsnapProtos.SnapshotStateProto;

/**
 * The life of a volume snapshot in the registry.
 *
 * <pre>
 *  ABSENT --> CREATING --> MARKED --> ACTIVE --> DELETING --> DELETED
 *                |            |                                  ^
 *                +------------+----------------------------------+
 *                   (a creation that failed)
 * </pre>
 *
 * DELETED is a tombstone and is never left: a DataNode drops nothing without one, and no id is used twice.
 */
enum SnapshotState {
    ABSENT,
    CREATING,
    MARKED,
    ACTIVE,
    DELETING,
    DELETED;

    boolean mayBecome(SnapshotState next) {
        return switch (this) {
            case ABSENT -> next == CREATING;
            case CREATING -> next == MARKED || next == DELETED;
            case MARKED -> next == ACTIVE || next == DELETED;
            case ACTIVE -> next == DELETING;
            case DELETING -> next == DELETED;
            case DELETED -> false;
        };
    }

    static SnapshotState of(SnapshotStateProto proto) {
        return switch (proto) {
            case CREATING -> CREATING;
            case MARKED -> MARKED;
            case ACTIVE -> ACTIVE;
            case DELETING -> DELETING;
        };
    }

    /** How the registry writes it; ABSENT and DELETED are not written as states. */
    SnapshotStateProto toProto() {
        return switch (this) {
            case CREATING -> SnapshotStateProto.CREATING;
            case MARKED -> SnapshotStateProto.MARKED;
            case ACTIVE -> SnapshotStateProto.ACTIVE;
            case DELETING -> SnapshotStateProto.DELETING;
            case ABSENT, DELETED -> throw new IllegalArgumentException(this + " is not written as a state");
        };
    }
}
