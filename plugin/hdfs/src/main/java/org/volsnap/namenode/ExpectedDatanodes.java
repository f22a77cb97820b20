/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode;

import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.apache.hadoop.thirdparty.protobuf.InvalidProtocolBufferException;
import org.jspecify.annotations.Nullable;
import org.volsnap.protocol.proto.VolsnapProtos.ExpectedDatanodesProto;

/**
 * The DataNodes that a rollback waits for. They lie beside the registry in extended attributes of the root of their own,
 * as many as it takes: the registry goes to every DataNode with every poll, and thousands of uuids have no room in it.
 *
 * @param rollback the id of the rollback's safety snapshot: another list belongs to another rollback
 */
public record ExpectedDatanodes(long rollback, List<String> uuids) {
    private static final String PREFIX = "trusted.volsnap.expected.";

    /** Of an attribute without the uuids: name, id, and the lengths in front of them. */
    private static final int OVERHEAD_BYTES = 64;

    public ExpectedDatanodes {
        uuids = List.copyOf(requireNonNull(uuids, "uuids is null"));
    }

    /** The name of the attribute with this number, from 0 on. */
    public static String attribute(int number) {
        return PREFIX + number;
    }

    /** @return empty when the first attribute is not there; without what follows one that can't be read */
    public static Optional<ExpectedDatanodes> decode(List<byte[]> attributes) {
        List<String> uuids = new ArrayList<>();
        long rollback = 0;
        for (byte[] attribute : attributes) {
            ExpectedDatanodesProto part = parse(attribute);
            if (part == null || (rollback != 0 && part.getSafetySnapshotId() != rollback)) {
                break;
            }
            rollback = part.getSafetySnapshotId();
            for (int at = 0; at + 1 < part.getUuidCount(); at += 2) {
                uuids.add(new UUID(part.getUuid(at), part.getUuid(at + 1)).toString());
            }
            uuids.addAll(part.getOtherList());
        }
        return rollback == 0 ? Optional.empty() : Optional.of(new ExpectedDatanodes(rollback, uuids));
    }

    private static @Nullable ExpectedDatanodesProto parse(byte[] attribute) {
        try {
            return ExpectedDatanodesProto.parseFrom(attribute);
        } catch (InvalidProtocolBufferException e) {
            return null;
        }
    }

    /** Whether it is the whole list of this rollback, which has so many. */
    public boolean isAllOf(long safetySnapshotId, int count) {
        return rollback == safetySnapshotId && uuids.size() == count;
    }

    /** The extended attributes of a root. */
    @FunctionalInterface
    public interface Attributes {
        byte @Nullable [] get(String name) throws IOException;
    }

    /** All attributes that there are, in order. */
    public static List<byte[]> read(Attributes root) throws IOException {
        List<byte[]> attributes = new ArrayList<>();
        for (byte[] next = root.get(attribute(0)); next != null; next = root.get(attribute(attributes.size()))) {
            attributes.add(next);
        }
        return attributes;
    }

    /** @param limit bytes that an attribute may have with its name */
    List<byte[]> encode(int limit) {
        List<byte[]> attributes = new ArrayList<>();
        ExpectedDatanodesProto.Builder part = ExpectedDatanodesProto.newBuilder();
        int room = limit - OVERHEAD_BYTES;
        for (String uuid : uuids) {
            int size = sizeOf(uuid);
            if (size > room && (part.getUuidCount() > 0 || part.getOtherCount() > 0)) {
                attributes.add(part.setSafetySnapshotId(rollback).build().toByteArray());
                part.clear();
                room = limit - OVERHEAD_BYTES;
            }
            add(part, uuid);
            room -= size;
        }
        attributes.add(part.setSafetySnapshotId(rollback).build().toByteArray());
        return attributes;
    }

    private static int sizeOf(String uuid) {
        return isRandomUuid(uuid) ? 2 * Long.BYTES : Integer.BYTES + 3 * uuid.length();
    }

    private static void add(ExpectedDatanodesProto.Builder part, String uuid) {
        if (isRandomUuid(uuid)) {
            UUID parsed = UUID.fromString(uuid);
            part.addUuid(parsed.getMostSignificantBits()).addUuid(parsed.getLeastSignificantBits());
        } else {
            part.addOther(uuid);
        }
    }

    /** As DataStorage makes them; an old or made up one is kept as it is spelled. */
    private static boolean isRandomUuid(String uuid) {
        try {
            return UUID.fromString(uuid).toString().equals(uuid);
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
