/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
/**
 * What differs between two namespaces, of T and of another moment. One is written to a file as a list of {@link
 * org.volsnap.namenode.diff.Entry entries} in the order of paths ({@link org.volsnap.namenode.diff.EntryFile}) and let go;
 * the other is loaded and walked beside that list ({@link org.volsnap.namenode.diff.NamespaceComparison}). So memory
 * takes one namespace, and 8 bytes for each file and directory of the other. An inode is known by its id, which HDFS never
 * gives out twice, nor does a rollback: what was renamed is not taken for gone. For one thread.
 */
@NullMarked
package org.volsnap.namenode.diff;

import org.jspecify.annotations.NullMarked;
