/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

/**
 * How far a merge is.
 *
 * @param state what it does
 * @param merged chunks merged since it was made; only grows
 * @param left chunks still to be merged
 */
public record MergeProgress(State state, long merged, long left) {
    /** What a merge does. */
    public enum State {
        /** Not begun, or stopped after a run; it can go on. */
        STOPPED,
        RUNNING,
        /** The origin is the snapshot's content, and the snapshot has no exception left. */
        DONE,
        /** The store or the origin failed. What is merged stays merged; the origin still shows the whole content. */
        FAILED
    }
}
