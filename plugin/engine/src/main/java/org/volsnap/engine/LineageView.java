/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import java.util.List;
import org.volsnap.model.Base;

/**
 * A version and what it rests on, at one moment.
 *
 * @param version the version
 * @param base of its lineage
 * @param stored its chunks that are in stores, ascending; the others are the base's
 */
record LineageView(Version version, Base base, List<StoredChunk> stored) {}
