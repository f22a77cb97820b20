/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode;

import static java.util.Objects.requireNonNull;
import static java.util.stream.Collectors.toSet;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.hadoop.hdfs.server.datanode.fsdataset.FsDatasetSpi;
import org.apache.hadoop.hdfs.server.datanode.fsdataset.FsVolumeSpi;
import org.apache.hadoop.net.NetUtils;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.volsnap.datanode.NameserviceList.Nameservice;
import org.volsnap.datanode.mount.Mount;
import org.volsnap.datanode.mount.MountMemberships;
import org.volsnap.protocol.VirtualPool;

/** Joins and leaves the NameNodes of mounted snapshots as one more nameservice of a federation. */
final class DataNodeMounts implements MountMemberships {
    private static final Logger LOG = LoggerFactory.getLogger(DataNodeMounts.class);
    private static final String PREFIX = VirtualPool.nameservice("");

    private final Nameservices nameservices;
    private final FsDatasetSpi<?> dataset;

    /** @param dataset Hadoop's own */
    DataNodeMounts(Nameservices nameservices, FsDatasetSpi<?> dataset) {
        this.nameservices = requireNonNull(nameservices, "nameservices is null");
        this.dataset = requireNonNull(dataset, "dataset is null");
    }

    @Override
    public Set<String> served() {
        return nameservices.ids().stream()
                .filter(id -> id.startsWith(PREFIX))
                .map(id -> id.substring(PREFIX.length()))
                .filter(VirtualPool::isVirtual)
                .collect(toSet());
    }

    @Override
    public void join(Mount mount) throws IOException {
        nameservices.join(new Nameservice(
                mount.nameservice(),
                Collections.singletonMap(null, NetUtils.createSocketAddr(mount.address())),
                Map.of()));
    }

    @Override
    public void leave(String blockPoolId) throws IOException, InterruptedException {
        nameservices.leave(VirtualPool.nameservice(blockPoolId));
    }

    @Override
    public Set<String> directories() throws IOException {
        Set<String> found = new HashSet<>();
        try (FsDatasetSpi.FsVolumeReferences references = dataset.getFsVolumeReferences()) {
            for (FsVolumeSpi volume : references) {
                if (StorageTypes.isLocal(volume)) {
                    found.addAll(directories(StorageRoots.of(volume).resolve("current")));
                }
            }
        }
        return found;
    }

    /** A disk that can't be read is Hadoop's to deal with. */
    private static Set<String> directories(Path current) {
        try (Stream<Path> entries = Files.list(current)) {
            return entries.map(entry -> entry.getFileName().toString())
                    .filter(VirtualPool::isVirtual)
                    .collect(toSet());
        } catch (IOException e) {
            LOG.info("what mounts that ended have left in {} stays there: {}", current, e.toString());
            return Set.of();
        }
    }

    @Override
    public void deleteDirectories(String blockPoolId) throws IOException {
        dataset.deleteBlockPool(blockPoolId, true);
    }
}
