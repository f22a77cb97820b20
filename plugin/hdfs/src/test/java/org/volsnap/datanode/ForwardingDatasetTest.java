/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.datanode;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.mockingDetails;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.Arrays;
import java.util.stream.Stream;
import org.apache.hadoop.hdfs.server.datanode.fsdataset.FsDatasetSpi;
import org.apache.hadoop.hdfs.server.datanode.fsdataset.impl.FsVolumeImpl;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ForwardingDatasetTest {
    static Stream<Method> everyMethodOfTheInterface() {
        return Arrays.stream(FsDatasetSpi.class.getMethods())
                .filter(method -> !Modifier.isStatic(method.getModifiers()));
    }

    @ParameterizedTest
    @MethodSource("everyMethodOfTheInterface")
    @SuppressWarnings("unchecked")
    void everyCallIsHandedOnWithItsArguments(Method method) throws InvocationTargetException, IllegalAccessException {
        FsDatasetSpi<FsVolumeImpl> delegate = mock(FsDatasetSpi.class);
        ForwardingDataset forwarding = new ForwardingDataset(delegate) {};
        Object[] arguments = Arrays.stream(method.getParameterTypes())
                .map(ForwardingDatasetTest::sample)
                .toArray();

        method.invoke(forwarding, arguments);

        assertThat(mockingDetails(delegate).getInvocations()).singleElement().satisfies(call -> {
            assertThat(call.getMethod().getName()).isEqualTo(method.getName());
            assertThat(call.getMethod().getParameterTypes()).isEqualTo(method.getParameterTypes());
            assertThat(call.getRawArguments()).isEqualTo(arguments);
        });
    }

    private static @Nullable Object sample(Class<?> type) {
        if (type == long.class) {
            return 77L;
        }
        if (type == int.class) {
            return 7;
        }
        if (type == boolean.class) {
            return true;
        }
        return type == String.class ? "argument" : null;
    }
}
