/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

/**
 * What the parts of one engine share.
 *
 * @param settings how it works
 * @param origin the live replicas
 * @param chain the snapshots
 * @param volumes the stores
 * @param numbers names for versions
 * @param statistics figures of what is stored
 * @param activity figures of what is under way
 */
record EngineContext(
        EngineSettings settings,
        Origin origin,
        Chain chain,
        Volumes volumes,
        Numbers numbers,
        Statistics statistics,
        Activity activity) {}
