/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode.registry;

import static java.util.Comparator.comparing;

import com.google.common.collect.ImmutableSortedMap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.volsnap.datanode.PoolVolume;
import org.volsnap.datanode.rollback.RollbackEpoch;
import org.volsnap.engine.ChainLink;
import org.volsnap.model.SnapshotId;
import org.volsnap.model.StampFence;
import org.volsnap.protocol.LeftOut;
import org.volsnap.protocol.proto.VolsnapDatanodeProtos.ChainEntryProto;
import org.volsnap.protocol.proto.VolsnapDatanodeProtos.FollowerStateProto;
import org.volsnap.protocol.proto.VolsnapProtos.RegistryProto;
import org.volsnap.protocol.proto.VolsnapProtos.SnapshotProto;
import org.volsnap.protocol.proto.VolsnapProtos.VolumeProgressProto;

/**
 * What must outlive the process, kept on every storage volume: the registry of the highest version seen, the snapshots
 * that may own something here, and per storage volume the last rollback epoch applied. Not safe for many threads.
 */
final class FollowerState {
    private static final Logger LOG = LoggerFactory.getLogger(FollowerState.class);

    private final String pool;
    private final String datanodeUuid;
    private final Map<Path, PoolVolume> volumes = new HashMap<>();
    private final Map<Path, Long> appliedEpochs = new HashMap<>();
    private final EpochProgress progress = new EpochProgress();
    private final TreeMap<SnapshotId, Entry> chain = new TreeMap<>();
    private RegistryProto registry;
    private long generationStamp;
    private @Nullable String unreadable;
    private @Nullable String unwritable;

    /** A snapshot of the chain; {@code recorded}: its replicas open at T are durable. */
    record Entry(StampFence fence, boolean recorded) {
        ChainLink link(SnapshotId id) {
            return new ChainLink(id, fence);
        }
    }

    FollowerState(String pool, String datanodeUuid) {
        this.pool = pool;
        this.datanodeUuid = datanodeUuid;
        this.registry = RegistryRules.empty(pool);
    }

    /**
     * Takes storage volumes in that are not known yet. A damaged file counts as absent: its epochs are applied again.
     */
    void load(Collection<PoolVolume> found) {
        retain(found);
        boolean skipped = false;
        for (PoolVolume volume : found) {
            if (volumes.put(volume.root(), volume) == null) {
                boolean isNew = isEmpty(volume);
                FollowerStateProto kept = read(volume);
                appliedEpochs.put(volume.root(), isNew ? RegistryRules.lastEpoch(registry) : kept.getAppliedEpoch());
                progress.load(volume, kept);
                skipped |= isNew && appliedEpoch(volume) > 0;
            }
        }
        if (skipped) {
            save(); // once there is something on it, it would not be seen any more that the epochs are older
        }
    }

    /** Forgets storage volumes that are not among these: one that comes back is read anew. */
    void retain(Collection<PoolVolume> inService) {
        volumes.values().retainAll(inService);
        appliedEpochs.keySet().retainAll(volumes.keySet());
        progress.retain(volumes.keySet());
    }

    /** A new disk has nothing that a rollback could be about. */
    private boolean isEmpty(PoolVolume volume) {
        Path current = volume.current(pool);
        return Stream.of("finalized", "rbw").allMatch(directory -> hasNothing(current.resolve(directory)))
                && hasNothing(volume.volsnap(pool).resolve(StateFile.NAME))
                && keepsNothing(volume);
    }

    private static boolean keepsNothing(PoolVolume volume) {
        try (Stream<SnapshotId> owners = volume.store().replicas().owners()) {
            return owners.findAny().isEmpty();
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean hasNothing(Path path) {
        if (!Files.isDirectory(path)) {
            return !Files.exists(path);
        }
        try (Stream<Path> entries = Files.list(path)) {
            return entries.findAny().isEmpty();
        } catch (IOException e) {
            return false;
        }
    }

    /** Takes in what is kept on this storage volume. */
    private FollowerStateProto read(PoolVolume volume) {
        try {
            FollowerStateProto state =
                    StateFile.read(volume.volsnap(pool)).orElse(FollowerStateProto.getDefaultInstance());
            if (!volume.isStoreAbsent()) {
                merge(state);
            }
            return state;
        } catch (IOException e) {
            if (!volume.isStoreAbsent()) {
                unreadable = "registry file can't be read: " + e.getMessage();
            }
            LOG.error(
                    "{}: the registry kept there can't be read: every rollback epoch is applied again on {}",
                    pool,
                    volume.root(),
                    e);
            return FollowerStateProto.getDefaultInstance();
        }
    }

    private void merge(FollowerStateProto state) {
        if (state.hasRegistry() && state.getRegistry().getVersion() > registry.getVersion()) {
            registry = state.getRegistry();
        }
        sawStamp(state.getGenerationStamp());
        for (ChainEntryProto proto : state.getChainList()) {
            StampFence fence = proto.hasFence() ? RegistryRules.fence(proto.getFence()) : StampFence.OPEN;
            chain.merge(
                    new SnapshotId(proto.getId()),
                    new Entry(fence, proto.getRecorded()),
                    (one, other) -> new Entry(
                            one.fence().isOpen() ? other.fence() : one.fence(), one.recorded() || other.recorded()));
        }
    }

    RegistryProto registry() {
        return registry;
    }

    /** To be saved. */
    void setRegistry(RegistryProto newer) {
        registry = newer;
    }

    /** The NameNode whose registry is believed has given this generation stamp out; saved with the next that is saved. */
    void sawStamp(long stamp) {
        generationStamp = Math.max(generationStamp, stamp);
    }

    /** The NameNode has given out at least this generation stamp, by all that it has said. */
    long highestStamp() {
        return Math.max(generationStamp, RegistryRules.highestStamp(registry));
    }

    /** Whether the registry says in so many words that this snapshot has nothing to do with this DataNode, or goes. */
    boolean mayLetGo(long number) {
        return RegistryRules.isDeleted(registry, number)
                || RegistryRules.find(registry, number).filter(this::isLeftOut).isPresent();
    }

    boolean isLeftOut(SnapshotProto snapshot) {
        return LeftOut.contains(snapshot, datanodeUuid);
    }

    /** Oldest first; a copy. */
    SortedMap<SnapshotId, Entry> chain() {
        return ImmutableSortedMap.copyOfSorted(chain);
    }

    Optional<Entry> entry(SnapshotId id) {
        return Optional.ofNullable(chain.get(id));
    }

    /** Adds or replaces; to be saved. */
    void put(SnapshotId id, Entry entry) {
        chain.put(id, entry);
    }

    /** To be saved. */
    void remove(SnapshotId id) {
        chain.remove(id);
    }

    /** The provisional snapshot of the chain: there is at most one. */
    Optional<SnapshotId> provisional() {
        return chain.keySet().stream().filter(SnapshotId::isProvisional).findFirst();
    }

    /** Whether anything on the storage volumes tells of a snapshot. */
    boolean knowsSnapshots() {
        return unreadable != null || !chain.isEmpty() || registry.getSnapshotsCount() > 0;
    }

    /** What is wrong with the files, for the operator. */
    Optional<String> damage() {
        return PollComposer.oneLine(Optional.ofNullable(unreadable), Optional.ofNullable(unwritable));
    }

    /** The last rollback epoch that is applied on this storage volume; 0: none. */
    long appliedEpoch(PoolVolume volume) {
        return appliedEpochs.getOrDefault(volume.root(), 0L);
    }

    /** The least over all storage volumes. */
    long appliedEpoch() {
        return appliedEpochs.values().stream()
                .mapToLong(Long::longValue)
                .min()
                .orElse(RegistryRules.lastEpoch(registry));
    }

    /** Epochs that a storage volume has not applied, in their order. */
    List<RollbackEpoch> unappliedEpochs() {
        return RegistryRules.epochs(registry, datanodeUuid).stream()
                .filter(epoch -> epoch.number() > appliedEpoch())
                .toList();
    }

    /** The storage volumes that have not applied this epoch. */
    List<PoolVolume> behind(RollbackEpoch epoch) {
        return volumes.values().stream()
                .filter(volume -> appliedEpoch(volume) < epoch.number())
                .toList();
    }

    /** Durable when it returns; where the stores could not be opened, as far as that can be. */
    void setAppliedEpoch(PoolVolume volume, long epoch) throws IOException {
        if (volume.isStoreAbsent()) {
            noteAppliedEpoch(volume, epoch);
        } else {
            StateFile.write(volume.volsnap(pool), toProto(volume, epoch));
        }
        appliedEpochs.put(volume.root(), epoch);
    }

    // ---- how far it is

    /** An attempt at this epoch begins; each storage volume goes on from where the last one had got to. */
    void beginApplying(RollbackEpoch epoch) {
        progress.begin(epoch.number(), volumes.values());
    }

    /** @param percent of this attempt, by storage volume; what is more than before is durable when it returns */
    void advance(Map<Path, Integer> percent) {
        for (PoolVolume volume : volumes.values()) {
            int share = percent.getOrDefault(volume.root(), 0);
            if (!volume.isStoreAbsent() && progress.isMore(volume, share)) {
                try {
                    StateFile.write(
                            volume.volsnap(pool),
                            progress.with(volume, share, toProto(volume, appliedEpoch(volume)).toBuilder()));
                    progress.advance(volume, share);
                } catch (IOException e) {
                    LOG.warn("{}: how far the rollback is can't be kept on {}", pool, volume.root(), e);
                }
            }
        }
    }

    /** Of each storage volume, while a rollback is not finished, here or anywhere. */
    List<VolumeProgressProto> progress() {
        long last = RegistryRules.lastEpoch(registry);
        if (appliedEpoch() >= last && RegistryRules.isLastFinished(registry)) {
            return List.of();
        }
        return volumes.values().stream()
                .sorted(comparing(PoolVolume::root))
                .map(volume -> progress.describe(volume, appliedEpoch(volume), last))
                .toList();
    }

    // ---- files

    /** Leaves the rest as it is: it may be another DataNode's. */
    private void noteAppliedEpoch(PoolVolume volume, long epoch) {
        Path directory = volume.volsnap(pool);
        try {
            FollowerStateProto.Builder kept = StateFile.read(directory)
                    .map(FollowerStateProto::toBuilder)
                    .orElseGet(FollowerStateProto::newBuilder);
            StateFile.write(directory, kept.setAppliedEpoch(epoch).build());
        } catch (IOException e) {
            LOG.warn("{}: rollback epoch {} is applied again on {} after a restart", pool, epoch, volume.root(), e);
        }
    }

    /** Durable when it returns, but for storage volumes that can't be written: those are named as damage. */
    void save() {
        unwritable = null;
        for (PoolVolume volume : volumes.values()) {
            if (volume.isStoreAbsent()) {
                continue;
            }
            try {
                StateFile.write(volume.volsnap(pool), toProto(volume, appliedEpoch(volume)));
            } catch (IOException e) {
                unwritable = "registry can't be kept on " + volume.root() + ": " + e.getMessage();
                LOG.warn("{}: {}", pool, unwritable, e);
            }
        }
    }

    private FollowerStateProto toProto(PoolVolume volume, long appliedEpoch) {
        FollowerStateProto.Builder state = FollowerStateProto.newBuilder()
                .setRegistry(registry)
                .setAppliedEpoch(appliedEpoch)
                .setGenerationStamp(generationStamp);
        progress.save(volume, state);
        chain.forEach((id, entry) -> {
            ChainEntryProto.Builder proto =
                    ChainEntryProto.newBuilder().setId(id.value()).setRecorded(entry.recorded());
            if (!entry.fence().isOpen()) {
                proto.setFence(RegistryRules.proto(entry.fence()));
            }
            state.addChain(proto);
        });
        return state.build();
    }
}
