/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.apache.hadoop.conf.Configuration;
import org.junit.jupiter.api.Test;
import org.volsnap.conf.VolsnapKeys;

class NameNodeSettingsTest {
    @Test
    void thePollIntervalGrowsSoThatAtMostAThousandPollsComeASecond() {
        NameNodeSettings settings = NameNodeSettings.of(new Configuration(false));

        assertThat(settings.pollInterval(3)).isEqualTo(Duration.ofSeconds(1));
        assertThat(settings.pollInterval(1000)).isEqualTo(Duration.ofSeconds(1));
        assertThat(settings.pollInterval(5000)).isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void timesMayHaveUnits() {
        Configuration conf = new Configuration(false);
        conf.set(VolsnapKeys.LEASE, "2m");

        assertThat(NameNodeSettings.of(conf).lease()).isEqualTo(Duration.ofMinutes(2));
    }
}
