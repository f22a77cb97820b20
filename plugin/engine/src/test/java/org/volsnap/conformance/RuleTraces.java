/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.conformance;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/** Traces in a test's own text, and the content they should find. */
final class RuleTraces {
    static final String EIO = "ERR EIO";
    static final String REFUSED = "ERR dmsetup";

    private RuleTraces() {}

    /** Answers by line number, from 1. */
    static Map<String, String> run(String... trace) throws Exception {
        List<TraceOp> ops = new ArrayList<>();
        for (int i = 0; i < trace.length; i++) {
            TraceOp.parse(i + 1, trace[i]).ifPresent(ops::add);
        }
        return TraceRunner.run(new KernelVector("rule", Path.of("."), ops, Map.of()), KernelTarget::new)
                .answers();
    }

    /** The beginning of an origin of this seed, with writes put over it: offset, length and seed of each, in sectors. */
    static byte[] content(int sectors, long seed, long... writes) {
        byte[] bytes = Prng.bytes(seed, Sectors.toBytes(sectors));
        for (int i = 0; i < writes.length; i += 3) {
            byte[] written = Prng.bytes(writes[i + 2], Sectors.toBytes(writes[i + 1]));
            System.arraycopy(written, 0, bytes, Sectors.toBytes(writes[i]), written.length);
        }
        return bytes;
    }

    /** The answer of an op that reads this. */
    static String sha(byte[] bytes) {
        return Sectors.sha256(bytes);
    }

    /** The answer of an op that reads a part of this. */
    static String sha(byte[] bytes, int from, int sectors) {
        return sha(Arrays.copyOfRange(bytes, Sectors.toBytes(from), Sectors.toBytes(from + sectors)));
    }
}
