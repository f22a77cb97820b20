/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
/** The demo on a handful of files, in processes of its own as {@code bin/volsnap} starts it. */
@NullMarked
package org.volsnap.demo;

import org.jspecify.annotations.NullMarked;
