/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.speed;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Milliseconds by row and column of a table, each several times. */
final class Series {
    private final List<String> columns;
    private final Map<String, Map<String, List<Long>>> rows = new LinkedHashMap<>();

    Series(String... columns) {
        this.columns = List.of(columns);
    }

    void add(String row, String column, long millis) {
        rows.computeIfAbsent(row, name -> new LinkedHashMap<>())
                .computeIfAbsent(column, name -> new ArrayList<>())
                .add(millis);
    }

    long median(String row, String column) {
        List<Long> sorted = rows.getOrDefault(row, Map.of()).getOrDefault(column, List.of()).stream()
                .sorted()
                .toList();
        return sorted.isEmpty() ? -1 : sorted.get(sorted.size() / 2);
    }

    /** Medians in seconds, with the range behind; in Markdown. */
    String table(String corner) {
        StringBuilder table = new StringBuilder("| " + corner + " |");
        columns.forEach(column -> table.append(' ').append(column).append(" |"));
        table.append("\n| --- |").append(" ---: |".repeat(columns.size())).append('\n');
        rows.forEach((row, cells) -> {
            table.append("| ").append(row).append(" |");
            for (String column : columns) {
                table.append(' ')
                        .append(cell(cells.getOrDefault(column, List.of())))
                        .append(" |");
            }
            table.append('\n');
        });
        return table.toString();
    }

    private static String cell(List<Long> millis) {
        if (millis.isEmpty()) {
            return "";
        }
        List<Long> sorted = millis.stream().sorted().toList();
        return String.format(
                Locale.ROOT,
                "%.2f (%.2f to %.2f)",
                sorted.get(sorted.size() / 2) / 1000.0,
                sorted.get(0) / 1000.0,
                sorted.get(sorted.size() - 1) / 1000.0);
    }
}
