/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;
import org.apache.hadoop.fs.Path;
import org.volsnap.restore.Outcome;
import org.volsnap.restore.RestoreEvents;

/** Keeps what a restore tells. A path that is told twice fails. */
class RestoreRecord implements RestoreEvents {
    private final SortedMap<String, Outcome> outcomes = new ConcurrentSkipListMap<>();
    private final SortedMap<String, String> texts = new ConcurrentSkipListMap<>();
    private final AtomicLong handled = new AtomicLong();
    private volatile long paths;
    private volatile long bytes;

    @Override
    public void begins(long pathCount, long byteCount) {
        paths = pathCount;
        bytes = byteCount;
    }

    @Override
    public void progress(long byteCount) {
        handled.addAndGet(byteCount);
    }

    @Override
    public void done(Outcome outcome, boolean directory, Path live, long byteCount, String detail) {
        put(outcome, live, detail.isEmpty() ? Long.toString(byteCount) : detail);
    }

    @Override
    public void conflict(boolean directory, Path live, String reason) {
        put(Outcome.CONFLICT, live, reason);
    }

    @Override
    public void failed(boolean directory, Path live, IOException reason) {
        put(Outcome.FAILED, live, reason.toString());
    }

    private void put(Outcome outcome, Path live, String text) {
        String path = live.toUri().getPath();
        texts.put(path, text);
        assertThat(outcomes.put(path, outcome)).as(path).isNull();
    }

    SortedMap<String, Outcome> outcomes() {
        return outcomes;
    }

    /** Paths with one of these outcomes. */
    List<String> with(Outcome... wanted) {
        List<Outcome> any = List.of(wanted);
        return outcomes.entrySet().stream()
                .filter(entry -> any.contains(entry.getValue()))
                .map(Map.Entry::getKey)
                .collect(Collectors.toList());
    }

    String text(String path) {
        return texts.getOrDefault(path, "nothing");
    }

    /** Every path of the snapshot was told, nothing failed, and all bytes were handled. */
    void assertComplete() {
        assertThat(with(Outcome.FAILED)).as(texts.toString()).isEmpty();
        assertThat(outcomes).hasSize((int) paths);
        assertThat(handled.get()).isEqualTo(bytes);
    }
}
