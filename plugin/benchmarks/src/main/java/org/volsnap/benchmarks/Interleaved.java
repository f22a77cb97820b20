/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.benchmarks;

import java.io.IOException;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Ratios of things that are measured in turns, a few hundred operations each, so that a disk that is slow for a minute is
 * slow for all of them. Prints the median of the rounds' ratios with their range, and the median times.
 */
final class Interleaved {
    private static final int WARM_UP_ROUNDS = 4;
    private static final int ROUNDS = 15;

    /** One operation of what is measured. */
    @FunctionalInterface
    interface Operation {
        void run() throws IOException;
    }

    private record Variant(String name, Operation operation) {}

    private final String title;
    private final int operations;
    private final Operation beforeRound;
    private final List<Variant> variants = new ArrayList<>();

    /**
     * @param operations of each variant in a round
     * @param beforeRound not measured
     */
    Interleaved(String title, int operations, Operation beforeRound) {
        this.title = title;
        this.operations = operations;
        this.beforeRound = beforeRound;
    }

    /** The first one is what the others are held against. */
    Interleaved with(String name, Operation operation) {
        variants.add(new Variant(name, operation));
        return this;
    }

    void run(PrintStream out) throws IOException {
        double[][] micros = new double[variants.size()][ROUNDS];
        for (int round = -WARM_UP_ROUNDS; round < ROUNDS; round++) {
            for (int turn = 0; turn < variants.size(); turn++) {
                int variant = Math.floorMod(turn + round, variants.size());
                beforeRound.run();
                double time = time(variants.get(variant).operation());
                if (round >= 0) {
                    micros[variant][round] = time;
                }
            }
        }
        for (int variant = 0; variant < variants.size(); variant++) {
            print(out, variants.get(variant).name(), micros[variant], micros[0]);
        }
    }

    private double time(Operation operation) throws IOException {
        long start = System.nanoTime();
        for (int i = 0; i < operations; i++) {
            operation.run();
        }
        return (System.nanoTime() - start) / 1000.0 / operations;
    }

    private void print(PrintStream out, String name, double[] micros, double[] base) {
        double[] ratios = new double[ROUNDS];
        Arrays.setAll(ratios, round -> micros[round] / base[round]);
        Arrays.sort(ratios);
        double[] times = micros.clone();
        Arrays.sort(times);
        out.printf(
                Locale.ROOT,
                "%-24s %-16s %8.1f us  ratio %.2f (%.2f to %.2f)%n",
                title,
                name,
                times[ROUNDS / 2],
                ratios[ROUNDS / 2],
                ratios[0],
                ratios[ROUNDS - 1]);
    }
}
