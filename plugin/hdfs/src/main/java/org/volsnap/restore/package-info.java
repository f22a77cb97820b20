/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
/**
 * Brings files and directories of one HDFS back to what they are in another one that is only read: a snapshot that is
 * mounted. {@link org.volsnap.restore.Restore} is the way in. It walks both trees side by side in the calling thread
 * ({@code TreeWalk}), page by page, and hands what it finds to a bounded pool of threads, one task for each file
 * ({@code FileRestore}) or directory ({@code DirectoryRestore}).
 *
 * <p>What holds at every moment, so that a run may be killed and typed again: a new content appears under the real name by
 * a rename of a complete and verified file; nothing that is there now is lost unless the caller said so; a file that is
 * already what it was is recognized by its blocks, or by its content, and left alone. The times of a directory are set
 * when nothing in it is left to do.
 */
@NullMarked
package org.volsnap.restore;

import org.jspecify.annotations.NullMarked;
