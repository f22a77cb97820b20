/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
/**
 * The one protocol of volsnap, as {@code volsnap.proto} defines it. {@link org.volsnap.protocol.VolsnapClient} is the
 * caller's entry: it finds the NameNode (or the active one of several), and throws what the NameNode threw under its own
 * type. {@link org.volsnap.protocol.VolsnapProtocol} is what the NameNode's side implements and
 * {@link org.volsnap.protocol.VolsnapServerTranslator} puts it behind Hadoop's RPC. Everything is safe for many threads;
 * nothing here keeps state.
 */
@NullMarked
package org.volsnap.protocol;

import org.jspecify.annotations.NullMarked;
