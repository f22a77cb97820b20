/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
/** Follows the NameNode's registry. */
@NullMarked
package org.volsnap.datanode.registry;

import org.jspecify.annotations.NullMarked;
