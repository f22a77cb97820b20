/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode;

import static java.util.stream.Collectors.joining;

import java.time.Duration;
import java.util.List;
import org.apache.hadoop.hdfs.protocol.DatanodeID;
import org.volsnap.protocol.RefusedException;
import org.volsnap.protocol.proto.VolsnapProtos.LeftOutProto;

/**
 * Live DataNodes that did not do what was waited for.
 *
 * @param task what each was to do: "did not" comes before it in a sentence
 * @param waited how long they were waited for
 * @param absentees each of them
 */
record Absentees(String task, Duration waited, List<Absentee> absentees) {
    /** @param condition what is known of it, for the operator */
    record Absentee(DatanodeID datanode, String condition) {
        @Override
        public String toString() {
            return datanode.getXferAddr() + " (" + condition + ")";
        }
    }

    Absentees {
        absentees = List.copyOf(absentees);
    }

    boolean isEmpty() {
        return absentees.isEmpty();
    }

    int count() {
        return absentees.size();
    }

    List<LeftOutProto> toProto() {
        return absentees.stream()
                .map(Absentee::datanode)
                .map(datanode -> LeftOutProto.newBuilder()
                        .setUuid(datanode.getDatanodeUuid())
                        .setHostAndPort(datanode.getXferAddr())
                        .build())
                .toList();
    }

    /** @param remedy what the operator can do, as the end of a sentence */
    RefusedException refusal(String remedy) {
        String within = waited.toSeconds() > 0 ? " within " + waited.toSeconds() + " s" : "";
        return new RefusedException(absentees.stream().map(Absentee::toString).collect(joining(", ")) + " did not "
                + task + within + ": " + remedy);
    }
}
