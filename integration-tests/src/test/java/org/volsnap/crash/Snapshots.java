/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.crash;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.apache.hadoop.conf.Configuration;
import org.volsnap.protocol.VolsnapClient;
import org.volsnap.protocol.proto.VolsnapProtos.DatanodeStatusProto;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotProto;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotReportProto;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotStateProto;
import org.volsnap.protocol.proto.VolsnapProtos.StatusRequestProto;
import org.volsnap.protocol.proto.VolsnapProtos.StatusResponseProto;
import org.volsnap.testing.CommandResult;
import org.volsnap.testing.ProcessCluster;

/** The snapshots of the campaign's cluster, and what each promises. One thread at a time. */
final class Snapshots {
    private static final int MOST = 7;
    private static final int LEAST = 3;

    private final ProcessCluster cluster;
    private final Books books;
    private final Random random;
    private final Map<String, Books.Promise> promises = new LinkedHashMap<>();
    /** A command that creates it, or deletes it, failed or was told nothing: it may be there or not. */
    private final Set<String> uncertain = new HashSet<>();
    /** Whose content was compared at least once. */
    private final Set<String> compared = new HashSet<>();

    private int lastNumber;

    Snapshots(ProcessCluster cluster, Books books, long seed) {
        this.cluster = cluster;
        this.books = books;
        this.random = new Random(seed);
    }

    /** Creates one, or deletes one, as it comes. */
    void change() {
        if (promises.size() >= MOST || promises.size() > LEAST && random.nextInt(4) == 0) {
            deleteOne();
        } else {
            create();
        }
    }

    /** @return what the command has answered */
    CommandResult create() {
        String name = "s" + ++lastNumber;
        Books.Promise promise = books.open();
        CommandResult result = cluster.volsnap("-create", name);
        books.close(promise);
        promises.put(name, promise);
        if (result.exitCode() != 0) {
            uncertain.add(name);
        }
        return result;
    }

    private void deleteOne() {
        List<String> names = new ArrayList<>(promises.keySet());
        names.removeIf(name -> !compared.contains(name) && promises.size() < MOST);
        if (names.isEmpty()) {
            return;
        }
        String name = names.get(random.nextInt(names.size()));
        uncertain.add(name);
        cluster.volsnap("-delete", name);
    }

    /** A rollback has made this one; it was prepared while the promise was open. */
    void add(String name, Books.Promise promise) {
        promises.put(name, promise);
    }

    Books.Promise promise(String name) {
        return requireNonNull(promises.get(name), () -> "there is no promise of " + name);
    }

    /** Takes one of those that were not yet compared, if there is one. */
    String choose() {
        List<String> names = new ArrayList<>(promises.keySet());
        if (!compared.containsAll(names)) {
            names.removeAll(compared);
        }
        return names.get(random.nextInt(names.size()));
    }

    boolean isEmpty() {
        return promises.isEmpty();
    }

    void compared(String name) {
        compared.add(name);
    }

    /**
     * On a cluster that is whole: every snapshot whose creation was acknowledged is there, and nothing of it is lost.
     *
     * @throws AssertionError when that is not so
     */
    void check() throws IOException {
        StatusResponseProto status = Patience.get("-status", () -> status(cluster.configuration()));
        Map<String, SnapshotProto> there = new LinkedHashMap<>();
        for (SnapshotProto snapshot : status.getRegistry().getSnapshotsList()) {
            there.put(snapshot.getName(), snapshot);
        }
        for (String name : List.copyOf(promises.keySet())) {
            SnapshotProto snapshot = there.get(name);
            if (snapshot != null && snapshot.getState() == SnapshotStateProto.ACTIVE) {
                requireNothingLost(snapshot, status);
            } else if (uncertain.contains(name)) {
                promises.remove(name);
            } else {
                throw new AssertionError("snapshot " + name + " was acknowledged and is gone: " + snapshot);
            }
            uncertain.remove(name);
        }
    }

    private static void requireNothingLost(SnapshotProto snapshot, StatusResponseProto status) {
        for (DatanodeStatusProto dataNode : status.getDatanodesList()) {
            for (SnapshotReportProto report : dataNode.getSnapshotsList()) {
                if (report.getId() == snapshot.getId() && report.getLost() > 0) {
                    throw new AssertionError("DataNode " + dataNode.getHostAndPort() + " has lost " + report.getLost()
                            + " block versions of snapshot " + snapshot.getName());
                }
            }
            if (dataNode.hasProblem() && !dataNode.getProblem().isEmpty()) {
                throw new AssertionError(
                        "DataNode " + dataNode.getHostAndPort() + " has a problem: " + dataNode.getProblem());
            }
        }
    }

    /** {@code -verify}, of one of them. */
    void verifyOne() {
        if (promises.isEmpty()) {
            return;
        }
        List<String> names = new ArrayList<>(promises.keySet());
        String name = names.get(random.nextInt(names.size()));
        Patience.get("-verify " + name, () -> {
            CommandResult result = cluster.volsnap("-verify", name);
            if (result.exitCode() == 1) {
                throw new AssertionError("-verify " + name + ": " + result.out());
            }
            if (result.exitCode() != 0) {
                throw new IOException(result.err());
            }
            return result;
        });
    }

    static StatusResponseProto status(Configuration conf) throws IOException {
        try (VolsnapClient client = VolsnapClient.connect(conf)) {
            return client.status(StatusRequestProto.getDefaultInstance());
        }
    }

    int size() {
        return promises.size();
    }
}
