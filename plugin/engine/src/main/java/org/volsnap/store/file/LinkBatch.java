/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.store.file;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.volsnap.model.BlockKey;

/**
 * What one thread did to links since its last force. The order that makes moves safe: new places forced, then old ones
 * unlinked, then those forced. When a force fails everything is still to do.
 */
final class LinkBatch {
    private record Departure(OwnerLinks from, BlockKey key) {}

    private final Set<Path> arrivals = new LinkedHashSet<>();
    private final List<Departure> departures = new ArrayList<>();
    /** By directory, one that was unlinked from it. */
    private final Map<Path, Departure> thinned = new LinkedHashMap<>();

    /** A name was added in this directory. */
    void arrived(Path directory) {
        arrivals.add(directory);
    }

    /** The pair is to go from here once the names that were added are durable. */
    void departs(OwnerLinks from, BlockKey key) {
        departures.add(new Departure(from, key));
    }

    /** The pair was unlinked. */
    void removed(OwnerLinks from, BlockKey key) {
        thinned.put(from.directory(key), new Departure(from, key));
    }

    int departures() {
        return departures.size();
    }

    void force(StoreFiles files) throws IOException {
        for (Path directory : arrivals) {
            files.forceDirectory(directory);
        }
        for (Departure departure : departures) {
            departure.from().remove(departure.key());
            removed(departure.from(), departure.key());
        }
        for (Path directory : thinned.keySet()) {
            if (files.exists(directory)) {
                files.forceDirectory(directory);
            }
        }
        for (Departure departure : thinned.values()) {
            departure.from().prune(departure.key());
        }
    }
}
