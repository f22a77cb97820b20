/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What a dry run of a rollback has printed, taken apart. */
record DryRunText(String text) {
    static final String NOTHING = "Nothing was changed\n";

    /** A row of its table. */
    record Row(long files, long directories, String bytesThen, String bytesNow) {}

    Row row(String title) {
        Matcher row = Pattern.compile("(?m)^" + Pattern.quote(title) + " +(\\d+) +(\\d+) +(\\d+|-) +(\\d+|-) *$")
                .matcher(text);
        assertThat(row.find()).as(title + " in " + text).isTrue();
        return new Row(Long.parseLong(row.group(1)), Long.parseLong(row.group(2)), row.group(3), row.group(4));
    }

    /** The whole table, and all that is named: what two dry runs of the same state have in common. */
    String differences() {
        return text.substring(text.indexOf('\n') + 1, text.indexOf("DataNodes and storage volumes missing"));
    }

    /** The lines below a title that ends with a colon. */
    List<String> named(String title) {
        List<String> named = new ArrayList<>();
        boolean inside = false;
        for (String line : text.lines().toList()) {
            if (inside && line.startsWith("  ")) {
                named.add(line.strip());
            } else {
                inside = line.equals(title + ":") || line.startsWith(title + ": ");
            }
        }
        return named;
    }
}
