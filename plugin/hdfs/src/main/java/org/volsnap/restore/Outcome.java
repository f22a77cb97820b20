/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.restore;

/** What became of a path, or would become of it. */
public enum Outcome {
    /** It was what it was at T. */
    UNCHANGED,
    /** The same bytes; owner, mode or another attribute was put back. */
    ATTRIBUTES,
    /** It was not there. */
    COPIED,
    /** Another content was there and is replaced. */
    REPLACED,
    /** What had been appended since T was cut off. */
    CUT,
    /** What had been truncated since T was appended. */
    EXTENDED,
    /** What is there now was left alone. */
    CONFLICT,
    /** It could not be done. */
    FAILED
}
