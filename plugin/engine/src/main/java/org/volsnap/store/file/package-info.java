/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
/** The persistent store. Start at {@link org.volsnap.store.file.FileStore}. */
@NullMarked
package org.volsnap.store.file;

import org.jspecify.annotations.NullMarked;
