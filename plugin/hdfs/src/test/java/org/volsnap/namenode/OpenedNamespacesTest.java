/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.namenode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.ArgumentMatchers.anyLong;
import static org.mockito.Mockito.doAnswer;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import com.google.common.base.Ticker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.hadoop.hdfs.server.namenode.VolsnapNameNodeBridge;
import org.apache.hadoop.hdfs.util.MD5FileUtils;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.volsnap.protocol.RefusedException;

class OpenedNamespacesTest {
    private static final String POOL = "BP-1";

    @TempDir
    Path dir;

    private final VolsnapNameNodeBridge nameNode = mock(VolsnapNameNodeBridge.class);
    private final AtomicLong nanos = new AtomicLong();

    @BeforeEach
    void aNameNodesDirectory() throws IOException {
        Path current = Files.createDirectories(dir.resolve("name/current"));
        Files.writeString(current.resolve("VERSION"), "blockpoolID=" + POOL + "\n");
        for (long txid : new long[] {20, 30}) {
            Path image = Files.writeString(current.resolve("fsimage_" + txid), "image of " + txid);
            MD5FileUtils.saveMD5File(image.toFile(), MD5FileUtils.computeMd5ForFile(image.toFile()));
        }
        when(nameNode.blockPoolId()).thenReturn(POOL);
        when(nameNode.rollEditLog()).thenReturn(30L);
    }

    private OpenedNamespaces opened() {
        NamespaceDirs dirs = new NamespaceDirs(List.of(dir.resolve("kept"), dir.resolve("second")));
        List<Path> currents = List.of(dir.resolve("name/current"));
        return opened(dirs, new NamespaceKeeper(dirs, currents, KeptEdits.linked(currents), POOL));
    }

    private OpenedNamespaces opened(NamespaceDirs dirs, NamespaceKeeper keeper) {
        Ticker ticker = new Ticker() {
            @Override
            public long read() {
                return nanos.get();
            }
        };
        return new OpenedNamespaces(nameNode, keeper, dirs, ticker);
    }

    @Test
    void whatIsOpenedIsThereUntilItIsClosed() throws IOException {
        OpenedNamespaces opened = opened();

        assertThat(opened.open()).isEqualTo(30);
        Path directory = opened.directory(30);
        assertThat(directory.resolve("current/fsimage_30")).exists();
        opened.expire();
        assertThat(directory).exists();

        opened.close(30);
        opened.close(30);
        assertThat(directory).doesNotExist();
        assertThatThrownBy(() -> opened.directory(30))
                .isInstanceOf(RefusedException.class)
                .hasMessageContaining("is not held any more");
    }

    @Test
    void whatNobodyReadsGoes() throws IOException {
        OpenedNamespaces opened = opened();
        opened.open();
        pass(OpenedNamespaces.EXPIRY);
        Path directory = opened.directory(30);
        pass(OpenedNamespaces.EXPIRY);
        opened.expire();
        assertThat(directory).exists();

        pass(Duration.ofSeconds(1));
        opened.expire();
        assertThat(directory).doesNotExist();
    }

    @Test
    void whatIsStillBeingGatheredStaysHoweverLongThatTakes() throws IOException {
        NamespaceDirs dirs = new NamespaceDirs(List.of(dir.resolve("kept")));
        NamespaceKeeper keeper = mock(NamespaceKeeper.class);
        OpenedNamespaces opened = opened(dirs, keeper);
        Path current = dirs.opened(30).resolve("current");
        doAnswer(call -> {
                    Files.writeString(
                            Files.createDirectories(current).resolve("VERSION"), "blockpoolID=" + POOL + "\n");
                    pass(OpenedNamespaces.EXPIRY.multipliedBy(2));
                    opened.expire();
                    return null;
                })
                .when(keeper)
                .gather(any(), anyLong());

        opened.open();
        opened.expire();

        assertThat(current.resolve("VERSION")).exists();
        assertThat(opened.directory(30)).isEqualTo(dirs.opened(30));
    }

    @Test
    void whatAnEarlierProcessHasLeftGoesAndNothingElse() throws IOException {
        opened().open();
        Path kept = Files.createDirectories(dir.resolve("kept/1-nightly/current"));
        Path ofAnother = Files.createDirectories(dir.resolve("kept/opened-7/current"));
        Files.writeString(ofAnother.resolve("VERSION"), "blockpoolID=BP-2\n");

        opened().expire();

        assertThat(dir.resolve("kept/opened-30")).doesNotExist();
        assertThat(kept).exists();
        assertThat(ofAnother).exists();
    }

    /** Both remove the same files. */
    @Test
    void closingAndClearingUpDoNotMeet() throws Exception {
        OpenedNamespaces opened = opened();
        ExecutorService executor = Executors.newSingleThreadExecutor();
        try {
            AtomicBoolean closing = new AtomicBoolean(true);
            Future<Integer> rounds = executor.submit(() -> {
                int done = 0;
                for (; closing.get(); done++) {
                    opened.expire();
                }
                return done;
            });
            for (int i = 0; i < 30; i++) {
                opened.close(opened.open());
            }
            closing.set(false);

            assertThat(rounds.get(1, TimeUnit.MINUTES)).isPositive();
            assertThat(dir.resolve("kept/opened-30")).doesNotExist();
        } finally {
            executor.shutdownNow();
        }
    }

    @Test
    void onlySoManyAreHeldAtATime() throws IOException {
        OpenedNamespaces opened = opened();
        opened.open();
        for (long txid = 31; txid < 30 + OpenedNamespaces.MOST; txid++) {
            openLater(opened, txid);
        }
        assertThatThrownBy(opened::open).isInstanceOf(RefusedException.class);

        opened.close(30);
        assertThat(opened.open()).isEqualTo(30);
    }

    /** Of an image of that transaction. */
    private void openLater(OpenedNamespaces opened, long txid) throws IOException {
        Path image = Files.writeString(dir.resolve("name/current/fsimage_" + txid), "image of " + txid);
        MD5FileUtils.saveMD5File(image.toFile(), MD5FileUtils.computeMd5ForFile(image.toFile()));
        when(nameNode.rollEditLog()).thenReturn(txid);
        assertThat(opened.open()).isEqualTo(txid);
        when(nameNode.rollEditLog()).thenReturn(30L);
    }

    @Test
    void whatCanNotBeGatheredLeavesNothing() throws IOException {
        when(nameNode.rollEditLog()).thenReturn(31L);

        assertThatThrownBy(opened()::open).isInstanceOf(IOException.class).hasMessageContaining("transaction 31");

        assertThat(dir.resolve("kept/opened-31")).doesNotExist();
    }

    private void pass(Duration duration) {
        nanos.addAndGet(duration.toNanos());
    }
}
