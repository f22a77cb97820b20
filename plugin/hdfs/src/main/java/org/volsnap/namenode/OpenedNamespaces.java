/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode;

import static java.util.Objects.requireNonNull;

import com.google.common.base.Ticker;
import com.google.errorprone.annotations.concurrent.GuardedBy;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.hadoop.hdfs.server.namenode.VolsnapNameNodeBridge;
import org.volsnap.protocol.RefusedException;

/**
 * Namespaces of a moment ago, gathered for somebody who loads them elsewhere, each named by its last transaction. They
 * hold files that the NameNode would purge, so each goes when it is closed, when nobody has read it for long, or when the
 * NameNode is started anew. Safe for many threads.
 */
final class OpenedNamespaces {
    static final int MOST = 4;
    static final Duration EXPIRY = Duration.ofMinutes(10);

    private final VolsnapNameNodeBridge nameNode;
    private final NamespaceKeeper keeper;
    private final NamespaceDirs dirs;
    private final Ticker ticker;

    /** When each was read last, by transaction. */
    @GuardedBy("this")
    private final Map<Long, Long> lastUse = new HashMap<>();

    /** Those that are not whole yet, however long that takes: an image may have to be copied. */
    @GuardedBy("this")
    private final Set<Long> gathering = new HashSet<>();

    OpenedNamespaces(VolsnapNameNodeBridge nameNode, NamespaceKeeper keeper, NamespaceDirs dirs, Ticker ticker) {
        this.nameNode = requireNonNull(nameNode, "nameNode is null");
        this.keeper = requireNonNull(keeper, "keeper is null");
        this.dirs = requireNonNull(dirs, "dirs is null");
        this.ticker = requireNonNull(ticker, "ticker is null");
    }

    /** Gathers the namespace as it is now; returns its last transaction. */
    long open() throws IOException {
        long txid = roll();
        try {
            keeper.gather(dirs.opened(txid), txid);
            gathered(txid);
        } catch (IOException | RuntimeException e) {
            close(txid);
            throw e;
        }
        return txid;
    }

    private synchronized long roll() throws IOException {
        if (lastUse.size() + gathering.size() >= MOST) {
            throw new RefusedException("others are comparing " + MOST + " namespaces; try again later");
        }
        long txid = nameNode.rollEditLog();
        gathering.add(txid);
        return txid;
    }

    private synchronized void gathered(long txid) {
        gathering.remove(txid);
        lastUse.put(txid, ticker.read());
    }

    /** Where it lies. */
    synchronized Path directory(long txid) throws RefusedException {
        if (lastUse.computeIfPresent(txid, (key, before) -> ticker.read()) == null) {
            throw new RefusedException("the namespace of transaction " + txid + " is not held any more; try again");
        }
        return dirs.opened(txid);
    }

    synchronized void close(long txid) throws IOException {
        lastUse.remove(txid);
        gathering.remove(txid);
        DurableFiles.deleteTree(dirs.opened(txid));
    }

    /** Removes what nobody reads, also what an earlier process has left. */
    synchronized void expire() throws IOException {
        for (Path directory : dirs.allOpened(nameNode.blockPoolId())) {
            if (!inUse().contains(directory)) {
                DurableFiles.deleteTree(directory);
            }
        }
    }

    @GuardedBy("this")
    private Set<Path> inUse() {
        long now = ticker.read();
        List<Long> expired = new ArrayList<>();
        lastUse.forEach((txid, last) -> {
            if (now - last > EXPIRY.toNanos()) {
                expired.add(txid);
            }
        });
        expired.forEach(lastUse::remove);
        return Stream.concat(gathering.stream(), lastUse.keySet().stream())
                .map(dirs::opened)
                .collect(Collectors.toSet());
    }
}
