/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.engine;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.volsnap.model.SnapshotId;
import org.volsnap.model.StampFence;
import org.volsnap.model.VersionState;
import org.volsnap.store.memory.MemoryContent;
import org.volsnap.store.memory.MemoryExceptionStore;
import org.volsnap.store.memory.MemoryReplicaStore;

/** Writes in place to one origin that has several chains. */
class OriginChainsTest {
    private static final int LENGTH = 8 * 1024 + 100;

    @TempDir
    Path directory;

    private final OriginChains chains = new OriginChains();
    private final List<CowEngine> engines = new ArrayList<>();
    private final AtomicInteger copies = new AtomicInteger();
    private TestOrigin origin;
    private byte[] atFirst;
    private LiveReplica replica;

    @BeforeEach
    void makeOrigin() throws IOException {
        origin = new TestOrigin(directory.resolve("live"));
        atFirst = EngineBench.bytes(LENGTH, 1);
        VolumeStore none = store(0);
        replica = origin.create(EngineBench.BLOCK, 1000, atFirst, VersionState.FINALIZED, none);
        origin.onRead((key, chunk) -> copies.incrementAndGet());
    }

    @AfterEach
    void close() throws IOException {
        for (CowEngine engine : engines) {
            engine.close();
        }
    }

    private VolumeStore store(int index) {
        return new VolumeStore(
                new MemoryExceptionStore(new MemoryContent("store-" + index)),
                new MemoryReplicaStore(directory.resolve("store-" + index)));
    }

    private CowEngine addChain(int index) throws IOException {
        VolumeStore store = store(index);
        CowEngine engine = CowEngine.open(
                new EngineSettings(TestOrigin.GEOMETRY, 1),
                origin,
                List.of(store),
                List.of(new ChainLink(id(index), StampFence.OPEN)));
        engines.add(engine);
        chains.add(engine, store);
        return engine;
    }

    private static SnapshotId id(int index) {
        return SnapshotId.ofRegistry(index);
    }

    private void write(int offset, int length, int seed) throws IOException {
        try (OriginChange change = chains.beginOverwrite(replica, offset, length)) {
            assertThat(change).isNotNull();
            byte[] data = origin.data(EngineBench.BLOCK);
            System.arraycopy(EngineBench.bytes(length, seed), 0, data, offset, length);
            origin.replace(EngineBench.BLOCK, 1000, data, VersionState.FINALIZED);
        }
    }

    private byte[] read(int index) throws IOException {
        return EngineBench.read(
                engines.get(index - 1).view(id(index), replica.key()).orElseThrow());
    }

    @Test
    void eachChainKeepsItsOwnPointInTime() throws IOException {
        addChain(1);
        write(700, 100, 2);
        byte[] second = origin.data(EngineBench.BLOCK);
        addChain(2);
        write(600, 3000, 3);
        assertThat(read(1)).isEqualTo(atFirst);
        assertThat(read(2)).isEqualTo(second);
        assertThat(origin.data(EngineBench.BLOCK)).isNotEqualTo(second);
    }

    @Test
    void aChunkIsCopiedOnceForEachChain() throws IOException {
        addChain(1);
        addChain(2);
        write(0, 512, 2);
        assertThat(copies.get()).isEqualTo(2);
        write(10, 400, 3);
        assertThat(copies.get()).isEqualTo(2);
    }

    @Test
    void aChainThatWasLetGoIsNotWaitedFor() throws IOException {
        CowEngine gone = addChain(1);
        chains.remove(gone);
        write(0, 512, 2);
        assertThat(copies.get()).isZero();
    }

    @Test
    void aNewChainWaitsForTheChangesThatBeganWithoutIt() throws Exception {
        OriginChange change = chains.beginOverwrite(replica, 0, 512);
        CompletableFuture<CowEngine> added = CompletableFuture.supplyAsync(() -> {
            try {
                return addChain(1);
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
        Awaitility.await().until(() -> !engines.isEmpty());
        assertThat(added).isNotDone();
        change.close();
        assertThat(requireNonNull(added.get()).chain()).hasSize(1);
    }

    @Test
    void aChangeOfAnotherChunkIsNotHeldUpByOneThatIsBeingCopied() throws Exception {
        CountDownLatch release = new CountDownLatch(1);
        addChain(1);
        origin.onRead((key, chunk) -> {
            if (chunk == 0) {
                try {
                    release.await();
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
            }
        });
        write(1024, 10, 3);
        CompletableFuture<Void> held = CompletableFuture.runAsync(() -> {
            try {
                write(0, 10, 2);
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        });
        Awaitility.await().until(() -> engines.get(0).status().pending() == 1);
        try (OriginChange copiedBefore = chains.beginOverwrite(replica, 1024, 10)) {
            assertThat(copiedBefore).isNotNull();
            assertThat(held).isNotDone();
        }
        release.countDown();
        held.get();
        assertThat(read(1)).isEqualTo(atFirst);
    }

    @Test
    void anApproachStartsTheCopyAndLeavesTheWaitForLater() throws IOException {
        addChain(1);
        OriginChains.Approach approach = chains.approachOverwrite(replica, 0, 512);
        Awaitility.await().until(() -> engines.get(0).status().completed() == 1);
        assertThat(copies.get()).isEqualTo(1);
        try (OriginChange change = approach.await()) {
            assertThat(change).isNotNull();
        }
    }
}
