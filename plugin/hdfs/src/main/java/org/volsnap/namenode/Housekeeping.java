/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What is done over and over in the background. A round that fails is logged, and the next one tries again. */
final class Housekeeping implements Runnable {
    private static final Logger LOG = LoggerFactory.getLogger(Housekeeping.class);

    private final NameNodeParts parts;
    private final ServiceAcl acl;

    Housekeeping(NameNodeParts parts, ServiceAcl acl) {
        this.parts = requireNonNull(parts, "parts is null");
        this.acl = requireNonNull(acl, "acl is null");
    }

    @Override
    public void run() {
        try {
            acl.assertPresent();
            parts.upgrades().look();
            parts.opened().expire(); // also those of a NameNode that is standby by now
            if (parts.takeover().serve()) {
                round();
            }
        } catch (IOException | RuntimeException e) {
            LOG.warn("housekeeping failed, will be tried again", e);
        }
    }

    private void round() throws IOException {
        parts.tracker().retain(parts.nameNode().liveDatanodes());
        parts.registry().reload();
        parts.verifyTasks().expire();
        if (parts.registry().problem().isPresent()) {
            return; // it was logged and is in the status; nothing below can be written
        }
        parts.followUp().housekeep();
        parts.leftovers().housekeep();
        parts.deleter().housekeep();
    }
}
