/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.conformance;

import java.io.IOException;
import java.util.OptionalLong;
import java.util.Set;

/** What answers a trace's snapshot ops. Ops begin one at a time, in the order of the trace. */
interface TraceTarget {
    /** A new origin was made; snapshots of an older one are gone. */
    void originMade() throws Exception;

    /** Answers one op; may take its time. */
    String answer(TraceOp op) throws Exception;

    /** The power was cut: the devices are others now, and there are no snapshots. */
    void powerCut() throws Exception;

    /** The snapshots that are there, ascending. */
    Set<Integer> snapshots();

    /** Sectors that the store of a snapshot has handed out; empty when it does not say. */
    OptionalLong usedSectors(int snapshot) throws IOException;

    /** Whether a merge is under way. */
    boolean isMerging();

    /** The end of the trace. */
    void close() throws Exception;
}
