/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode;

import static java.util.Objects.requireNonNull;

import java.io.IOException;

/**
 * Writes the registry again after it was lost. What DataNodes tell may lack the last steps of a creation, and with them
 * which DataNodes it left out: a snapshot that is not ACTIVE there counts as half made, and is cleared away as after a
 * restart.
 */
final class RegistryRestorer {
    private final RegistryKeeper registry;
    private final Leftovers leftovers;

    RegistryRestorer(RegistryKeeper registry, Leftovers leftovers) {
        this.registry = requireNonNull(registry, "registry is null");
        this.leftovers = requireNonNull(leftovers, "leftovers is null");
    }

    Registry restore() throws IOException {
        Registry restored = registry.restore();
        leftovers.noteStart();
        return restored;
    }
}
