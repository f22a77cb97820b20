/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
/**
 * Namespaces outside of a NameNode. {@link org.volsnap.namenode.rollback.RollbackTool} puts a stopped NameNode's
 * directories back to a snapshot, {@link org.volsnap.namenode.rollback.KeptNamespace} reads one. Each runs in one thread
 * of a process of its own and loads copies or hard links only: until the new image is renamed into place, nothing in a
 * NameNode's directories or in a kept namespace has changed.
 */
@NullMarked
package org.volsnap.namenode.rollback;

import org.jspecify.annotations.NullMarked;
