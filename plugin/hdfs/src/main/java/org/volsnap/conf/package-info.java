/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
/** Configuration keys of volsnap and their defaults, as {@code volsnap-default.xml} documents them. */
@NullMarked
package org.volsnap.conf;

import org.jspecify.annotations.NullMarked;
