/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.crash;

import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.volsnap.datanode.DefaultDataNodeParts;
import org.volsnap.engine.Origin;
import org.volsnap.engine.VolumeStore;
import org.volsnap.store.ExceptionStore;
import org.volsnap.store.WholeReplicaStore;
import org.volsnap.store.file.FileStoreOptions;
import org.volsnap.testing.FaultPoints;

/**
 * A DataNode with a fault point before and after every call of a store, {@code before link} and {@code after link}, and
 * where the commit of a record or a chunk has become durable, {@code durable commit}.
 */
public final class HaltingAtPoints extends DefaultDataNodeParts {
    /** What changes while files are changed. */
    static final List<String> OF_CHANGES = List.of(
            "before commit",
            "durable commit",
            "before stageChunk",
            "durable stageChunk",
            "before link",
            "after link",
            "before force",
            "after force",
            "before readLive",
            "before handDown",
            "after handDown",
            "before remove");

    /** What a rollback does. */
    static final List<String> OF_ROLLBACKS = List.of(
            "before commit",
            "durable commit",
            "before link",
            "after link",
            "before force",
            "after force",
            "before moveOut",
            "after moveOut",
            "before read",
            "before readAll",
            "before find");

    @Override
    public OpenedStore openStore(Path directory, FileStoreOptions options) throws IOException {
        OpenedStore opened = super.openStore(directory, options);
        VolumeStore stores = opened.stores();
        return new OpenedStore(
                new VolumeStore(
                        withPoints(ExceptionStore.class, stores.exceptions()),
                        withPoints(WholeReplicaStore.class, stores.replicas())),
                opened.file());
    }

    @Override
    public Origin origin(Origin live) {
        return withPoints(Origin.class, live);
    }

    private static <T> T withPoints(Class<T> type, T of) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> {
                    FaultPoints.reach("before " + method.getName());
                    Object result;
                    try {
                        result = method.invoke(of, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                    FaultPoints.reach("after " + method.getName());
                    return result instanceof CompletableFuture<?> future
                            ? future.thenApply(value -> durable(method.getName(), value))
                            : result;
                }));
    }

    private static Object durable(String name, Object value) {
        FaultPoints.reach("durable " + name);
        return value;
    }
}
