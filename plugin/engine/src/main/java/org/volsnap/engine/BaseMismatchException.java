/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import org.jspecify.annotations.Nullable;
import org.volsnap.model.Base;
import org.volsnap.store.SnapshotException;

/** What a version's untouched chunks rest on was not found at this look. */
final class BaseMismatchException extends SnapshotException {
    private static final long serialVersionUID = 1L;

    private final transient Version version;
    private final transient @Nullable LiveReplica live;

    BaseMismatchException(Version version, Base base, @Nullable LiveReplica live) {
        super("it rests on " + base + ", but the live replica is "
                + (live == null ? "absent" : live.key() + " of " + live.length() + " bytes"));
        this.version = version;
        this.live = live;
    }

    Version version() {
        return version;
    }

    /** The replica that is there instead; null when there is none. */
    @Nullable
    LiveReplica live() {
        return live;
    }
}
