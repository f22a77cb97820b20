/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.it;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.util.Collection;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.apache.hadoop.hdfs.server.datanode.DataNode;
import org.jspecify.annotations.Nullable;
import org.volsnap.datanode.DefaultDataNodeParts;
import org.volsnap.datanode.PoolControl;
import org.volsnap.datanode.PoolFollower;
import org.volsnap.datanode.PoolVolume;
import org.volsnap.engine.SnapshotEngine;

/** DataNodes in which single rules of a rollback are switched off, or that are held while they apply one. */
public final class TamperedParts extends DefaultDataNodeParts {
    /** Rules that are not kept. */
    static final Set<Rule> OFF = ConcurrentHashMap.newKeySet();

    /** Held before an epoch is applied. */
    static final FaultParts.Hold APPLY = new FaultParts.Hold();

    /** DataNodes whose polls get lost. */
    static final Set<DataNode> CUT_OFF = ConcurrentHashMap.newKeySet();

    /** A rule of HDFS-facts that was seen to lose data when it was left out. */
    enum Rule {
        STOP_WRITERS("stopWriters"),
        AWAIT_DELETIONS("queuedDeletions"),
        REJOIN("rejoin"),
        GUARD_REPORTS("confirmBeforeReport"),
        GUARD_READS("checkServing");

        private final String method;

        Rule(String method) {
            this.method = method;
        }

        static boolean isOff(String method) {
            return EnumSet.allOf(Rule.class).stream()
                    .anyMatch(rule -> rule.method.equals(method) && OFF.contains(rule));
        }
    }

    static void reset() {
        OFF.clear();
        CUT_OFF.clear();
        APPLY.release();
    }

    @Override
    public PoolFollower openFollower(DataNode dataNode, PoolControl pool, Supplier<Collection<PoolVolume>> volumes) {
        PoolControl tampered = wrap(PoolControl.class, pool, (method, call) -> {
            if (method.equals("highestStamp") && CUT_OFF.contains(dataNode)) {
                throw new IllegalStateException("cut off"); // so no poll can be made
            }
            Object result = Rule.isOff(method) ? null : call.call();
            return result instanceof SnapshotEngine engine ? held(engine) : result;
        });
        return wrap(
                PoolFollower.class,
                super.openFollower(dataNode, tampered, volumes),
                (method, call) -> Rule.isOff(method) ? null : call.call());
    }

    private static SnapshotEngine held(SnapshotEngine engine) {
        return wrap(SnapshotEngine.class, engine, (method, call) -> {
            if (method.equals("versions")) {
                APPLY.opened().join();
            }
            return call.call();
        });
    }

    private interface Call {
        @Nullable
        Object call() throws Throwable;
    }

    private interface Interceptor {
        @Nullable
        Object intercept(String method, Call call) throws Throwable;
    }

    private static <T> T wrap(Class<T> type, T real, Interceptor interceptor) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, method, args) -> {
            Object result = interceptor.intercept(method.getName(), () -> {
                try {
                    return method.invoke(real, args);
                } catch (InvocationTargetException e) {
                    throw e.getCause();
                }
            });
            return result == null && method.getReturnType() == long.class ? 0L : result;
        }));
    }
}
