/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

/**
 * The right to change what was asked for: everything a snapshot needs of it is durable, or its loss is recorded. Closed
 * when the change is made (or given up); until then no other change of the same blocks gets through.
 */
public interface OriginChange extends AutoCloseable {
    /** Lets the next change pass. Idempotent, never throws. */
    @Override
    void close();
}
