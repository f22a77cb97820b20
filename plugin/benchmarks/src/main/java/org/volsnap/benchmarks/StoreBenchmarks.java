/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.benchmarks;

import java.io.PrintStream;
import java.util.HashMap;
import java.util.Map;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.CommandLineOptionException;
import org.openjdk.jmh.runner.options.CommandLineOptions;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;

/** Runs the benchmarks of the store and prints what means something on any machine: ratios. Takes JMH's own arguments. */
public final class StoreBenchmarks {
    private static final int WARM_UP_ITERATIONS = 2;
    private static final int ITERATIONS = 4;
    private static final int ITERATION_SECONDS = 2;

    private StoreBenchmarks() {}

    public static void main(String[] arguments) throws CommandLineOptionException, RunnerException {
        Options options = new OptionsBuilder()
                .parent(new CommandLineOptions(arguments))
                .forks(1)
                .warmupIterations(WARM_UP_ITERATIONS)
                .warmupTime(TimeValue.seconds(ITERATION_SECONDS))
                .measurementIterations(ITERATIONS)
                .measurementTime(TimeValue.seconds(ITERATION_SECONDS))
                .jvmArgsAppend("-Djava.io.tmpdir=" + System.getProperty("java.io.tmpdir"))
                .build();
        Map<String, Double> scores = new HashMap<>();
        for (RunResult result : new Runner(options).run()) {
            scores.put(
                    result.getPrimaryResult().getLabel(),
                    result.getPrimaryResult().getScore());
        }
        printRatio(System.out, "commits per second, 32 writers : 1 writer", scores, "thirtyTwoWriters", "oneWriter");
        printRatio(System.out, "first touch, preserve : plain copy and force", scores, "preserve", "plainCopy");
    }

    private static void printRatio(
            PrintStream out, String what, Map<String, Double> scores, String numerator, String denominator) {
        Double above = scores.get(numerator);
        Double below = scores.get(denominator);
        if (above != null && below != null) {
            out.printf("%-50s %.2f%n", what, above / below);
        }
    }
}
