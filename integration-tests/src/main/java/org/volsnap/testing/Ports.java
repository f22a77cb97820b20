/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.testing;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;

/**
 * Ports of the loopback interface that are free, and not among those that the kernel gives to connections: a daemon that
 * was killed finds its port again. For one thread.
 */
final class Ports {
    private static final int FIRST = 15_000;
    private static final int LAST = 32_000;

    private final Random random = new Random();
    private final Set<Integer> taken = new HashSet<>();

    /** @return an address, {@code 127.0.0.1:port} */
    String next() {
        int port = FIRST + random.nextInt(LAST - FIRST);
        while (!taken.add(port) || !isFree(port)) {
            port = FIRST + random.nextInt(LAST - FIRST);
        }
        return "127.0.0.1:" + port;
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.isBound();
        } catch (IOException e) {
            return false;
        }
    }
}
