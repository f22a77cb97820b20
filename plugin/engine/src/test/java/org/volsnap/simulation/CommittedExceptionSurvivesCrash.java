/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.simulation;

import java.util.HashSet;
import java.util.Set;

/** What a store has acknowledged, versions, chunks and losses, it shows after any crash, and it finds itself undamaged. */
final class CommittedExceptionSurvivesCrash {
    private CommittedExceptionSurvivesCrash() {}

    static void check(Ledger acknowledged, ReplayWitness shown) {
        require("versions", acknowledged.versions(), shown.versions);
        require("chunks", acknowledged.chunks(), shown.chunks);
        require("losses", acknowledged.losses(), shown.losses);
        if (!shown.damages.isEmpty()) {
            throw new AssertionError("CommittedExceptionSurvivesCrash: damaged: " + shown.damages);
        }
    }

    private static <T> void require(String what, Set<T> acknowledged, Set<T> shown) {
        Set<T> missing = new HashSet<>(acknowledged);
        missing.removeAll(shown);
        if (!missing.isEmpty()) {
            throw new AssertionError("CommittedExceptionSurvivesCrash: " + what + " are gone: " + missing);
        }
    }
}
