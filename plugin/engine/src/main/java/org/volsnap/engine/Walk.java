/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.volsnap.model.Base;

/**
 * What one look of an origin change at the tables found: what to start, and what to wait for before it looks again. It
 * may pass when there is nothing to wait for.
 */
final class Walk {
    /**
     * A header exception to be made durable.
     *
     * @param pending it, in the table
     * @param created the new version; null when only the base is recorded
     * @param base what the lineage rests on from now on
     * @param sequence of that record
     * @param stores where the base is recorded: wherever the lineage has anything
     */
    record HeaderWork(
            PendingException pending,
            @Nullable Version created,
            Base base,
            long sequence,
            List<AttachedStore> stores) {}

    private final Change change;
    private final Set<Lineage> rebased;
    private final List<HeaderWork> headers = new ArrayList<>();
    private final List<PendingException> copies = new ArrayList<>();
    private final List<CompletableFuture<Void>> waits = new ArrayList<>();

    Walk(Change change, Set<Lineage> rebased) {
        this.change = change;
        this.rebased = rebased;
    }

    Change change() {
        return change;
    }

    /** Whether the change gives this lineage another base, and has not recorded it yet. */
    boolean rebases(Lineage lineage) {
        return change.changesBase() && !rebased.contains(lineage);
    }

    void start(HeaderWork header) {
        rebased.add(header.pending().lineage());
        headers.add(header);
        waits.add(header.pending().gone());
    }

    void start(PendingException copy) {
        copies.add(copy);
        waits.add(copy.gone());
    }

    void waitFor(CompletableFuture<Void> future) {
        if (!future.isDone()) {
            waits.add(future);
        }
    }

    List<HeaderWork> headers() {
        return headers;
    }

    /** In ascending order of chunks, lineage by lineage. */
    List<PendingException> copies() {
        return copies;
    }

    List<CompletableFuture<Void>> waits() {
        return waits;
    }

    /** Where something was started. */
    Set<AttachedStore> stores() {
        Set<AttachedStore> stores = new LinkedHashSet<>();
        for (HeaderWork header : headers) {
            stores.addAll(header.stores());
        }
        for (PendingException copy : copies) {
            stores.add(copy.target().store());
        }
        return stores;
    }
}
