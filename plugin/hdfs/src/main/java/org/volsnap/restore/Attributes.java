/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.restore;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.permission.AclEntry;
import org.apache.hadoop.fs.permission.AclUtil;
import org.apache.hadoop.hdfs.DistributedFileSystem;
import org.apache.hadoop.hdfs.protocol.BlockStoragePolicy;
import org.apache.hadoop.hdfs.protocol.ErasureCodingPolicy;
import org.apache.hadoop.hdfs.protocol.HdfsConstants;
import org.apache.hadoop.hdfs.protocol.HdfsFileStatus;
import org.apache.hadoop.io.erasurecode.ErasureCodeConstants;

/** Everything of a file or directory but its content. Access times are no difference. Safe for many threads. */
final class Attributes {
    /** A snapshot's own books, on the root: bringing them back would forget snapshots. */
    private static final String OWN_XATTRS = "trusted.volsnap.";

    private static final String READ_PROTECTION = "security.hdfs.unreadable.by.superuser";

    /** Puts an attribute back. */
    @FunctionalInterface
    interface Action {
        void run() throws IOException;
    }

    /**
     * An attribute that is another one now.
     *
     * @param name for people
     */
    record Difference(String name, Action putBack) {}

    private final Sides sides;
    private final Map<Byte, String> storagePolicies;
    private volatile boolean accessTimesAreKept = true;

    Attributes(Sides sides) throws IOException {
        this.sides = requireNonNull(sides, "sides is null");
        this.storagePolicies = Arrays.stream(sides.live().getClient().getStoragePolicies())
                .collect(Collectors.toMap(BlockStoragePolicy::getId, BlockStoragePolicy::getName));
    }

    static String names(List<Difference> differences) {
        return differences.stream().map(Difference::name).collect(Collectors.joining(", "));
    }

    static void putBack(List<Difference> differences) throws IOException {
        for (Difference difference : differences) {
            difference.putBack().run();
        }
    }

    /** How what is made in a directory is stored, or how a file is; told by the statuses alone. */
    List<Difference> policies(Pair pair) {
        List<Difference> differences = new ArrayList<>();
        Path live = pair.live();
        byte policy = pair.then().getStoragePolicy();
        if (policy != pair.requireNow().getStoragePolicy()) {
            differences.add(new Difference("storage policy", () -> setStoragePolicy(live, policy)));
        }
        String coding = codingOf(pair.then());
        if (pair.isDirectory() && !coding.equals(codingOf(pair.requireNow()))) {
            differences.add(new Difference("erasure coding", () -> sides.live().setErasureCodingPolicy(live, coding)));
        }
        return differences;
    }

    private void setStoragePolicy(Path live, byte policy) throws IOException {
        if (policy == HdfsConstants.BLOCK_STORAGE_POLICY_ID_UNSPECIFIED) {
            sides.live().unsetStoragePolicy(live);
            return;
        }
        String name = storagePolicies.get(policy);
        if (name == null) {
            throw new IOException("no storage policy has the number " + policy + " now");
        }
        sides.live().setStoragePolicy(live, name);
    }

    private static String codingOf(HdfsFileStatus status) {
        ErasureCodingPolicy policy = status.getErasureCodingPolicy();
        return policy == null ? ErasureCodeConstants.REPLICATION_POLICY_NAME : policy.getName();
    }

    /** All others but the times, in the order in which they have to be put back; reads ACLs and extended attributes. */
    List<Difference> others(Pair pair) throws IOException {
        List<Difference> differences = new ArrayList<>();
        HdfsFileStatus then = pair.then();
        HdfsFileStatus now = pair.requireNow();
        DistributedFileSystem live = sides.live();
        if (!then.getOwner().equals(now.getOwner()) || !then.getGroup().equals(now.getGroup())) {
            differences.add(
                    new Difference("owner", () -> live.setOwner(pair.live(), then.getOwner(), then.getGroup())));
        }
        access(pair, differences);
        if (isReplicated(then) && isReplicated(now) && then.getReplication() != now.getReplication()) {
            differences.add(new Difference(
                    "replication", () -> live.setReplication(pair.live(), (short) then.getReplication())));
        }
        extended(pair, differences);
        return differences;
    }

    private static boolean isReplicated(HdfsFileStatus status) {
        return !status.isDirectory() && status.getErasureCodingPolicy() == null;
    }

    private void access(Pair pair, List<Difference> differences) throws IOException {
        HdfsFileStatus then = pair.then();
        HdfsFileStatus now = pair.requireNow();
        Path live = pair.live();
        boolean samePermissions =
                then.getPermission().toShort() == now.getPermission().toShort();
        List<AclEntry> acl =
                then.hasAcl() ? sides.then().getAclStatus(pair.from()).getEntries() : List.of();
        List<AclEntry> aclNow = now.hasAcl() ? sides.live().getAclStatus(live).getEntries() : List.of();
        boolean sameAcl = acl.equals(aclNow);
        if (!sameAcl && acl.isEmpty()) {
            differences.add(new Difference("ACL", () -> sides.live().removeAcl(live)));
        }
        // Without the one that is put back, the bits of the group are a mask.
        if (!samePermissions || !sameAcl) {
            differences.add(
                    new Difference("permissions", () -> sides.live().setPermission(live, then.getPermission())));
        }
        if (!sameAcl && !acl.isEmpty()) {
            List<AclEntry> whole = AclUtil.getAclFromPermAndEntries(then.getPermission(), acl);
            differences.add(new Difference("ACL", () -> sides.live().setAcl(live, whole)));
        }
    }

    private void extended(Pair pair, List<Difference> differences) throws IOException {
        Path live = pair.live();
        Map<String, byte[]> then = sides.then().getXAttrs(pair.from());
        Map<String, byte[]> now = sides.live().getXAttrs(live);
        List<Action> actions = new ArrayList<>();
        for (String name : now.keySet()) {
            if (!then.containsKey(name) && !isKept(name)) {
                actions.add(() -> sides.live().removeXAttr(live, name));
            }
        }
        then.forEach((name, value) -> {
            if (!isKept(name) && !(now.containsKey(name) && Arrays.equals(value, now.get(name)))) {
                actions.add(() -> sides.live().setXAttr(live, name, value == null ? new byte[0] : value));
            }
        });
        if (!actions.isEmpty()) {
            differences.add(new Difference("extended attributes", () -> {
                for (Action action : actions) {
                    action.run();
                }
            }));
        }
    }

    /** What is not put back: HDFS never takes read protection away, and what has it can't be copied. */
    private static boolean isKept(String name) {
        return name.startsWith(OWN_XATTRS) || name.equals(READ_PROTECTION);
    }

    /** Of a file that was made; where HDFS keeps no access times, the other one alone. */
    void putTimesBack(Pair pair) throws IOException {
        long access = accessTimesAreKept ? pair.then().getAccessTime() : -1;
        try {
            sides.live().setTimes(pair.live(), pair.then().getModificationTime(), access);
        } catch (IOException e) {
            if (access == -1) {
                throw e;
            }
            putModificationTimeBack(pair);
            accessTimesAreKept = false;
        }
    }

    void putModificationTimeBack(Pair pair) throws IOException {
        sides.live().setTimes(pair.live(), pair.then().getModificationTime(), -1);
    }
}
