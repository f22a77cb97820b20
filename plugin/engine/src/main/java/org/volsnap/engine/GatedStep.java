/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import java.io.InterruptedIOException;

/** What is done inside gates before a change of the origin may begin. */
@FunctionalInterface
interface GatedStep {
    void run() throws InterruptedIOException;
}
