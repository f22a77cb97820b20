/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.crash;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.CleanupMode;
import org.junit.jupiter.api.io.TempDir;

/**
 * Ten kills by default; {@code -Pcrash} makes it 300. {@code -Dvolsnap.crash.seed=N} repeats a campaign, {@code
 * -Dvolsnap.crash.kills=N} says how long it is, {@code -Dvolsnap.crash.report=FILE} where its lines go beside standard
 * output.
 */
@Timeout(value = 6, unit = TimeUnit.HOURS)
class CrashCampaignTest {
    @Test
    void nothingThatWasAcknowledgedIsLost(@TempDir(cleanup = CleanupMode.ON_SUCCESS) Path dir) throws Exception {
        long seed = Long.getLong("volsnap.crash.seed", 5);
        int kills = Integer.getInteger("volsnap.crash.kills", 10);

        CrashCampaign.run(seed, kills, dir, report(System.getProperty("volsnap.crash.report", "")));
    }

    private static Consumer<String> report(String file) throws IOException {
        if (file.isEmpty()) {
            return System.out::println;
        }
        PrintStream lines = new PrintStream(Files.newOutputStream(Path.of(file)), true, StandardCharsets.UTF_8);
        return line -> {
            System.out.println(line);
            lines.println(java.time.LocalTime.now().withNano(0) + " " + line);
        };
    }
}
