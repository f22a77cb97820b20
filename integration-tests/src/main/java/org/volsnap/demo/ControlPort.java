/* Copyright the volsnap authors. SPDX-License-Identifier: Apache-2.0 */
package org.volsnap.demo;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import java.io.BufferedReader;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.UUID;
import org.volsnap.testing.DaemonKind;

/**
 * Through which {@code bin/volsnap hdfs --daemon} reaches the play cluster: a port of the loopback interface, named in a
 * file beside the clients' configuration. A question is {@code SECRET stop|start namenode|datanode}; the answer is empty
 * when it was done, else the reason why it was not.
 */
final class ControlPort implements Closeable {
    private static final String FILE = "control";

    private final PlayedCluster daemons;
    private final ServerSocket socket;
    private final String secret = UUID.randomUUID().toString();

    private ControlPort(PlayedCluster daemons, ServerSocket socket) {
        this.daemons = requireNonNull(daemons, "daemons is null");
        this.socket = requireNonNull(socket, "socket is null");
    }

    /** Answers from a thread of its own until it is closed. */
    static ControlPort open(PlayedCluster daemons, Path conf) throws IOException {
        ControlPort port = new ControlPort(daemons, new ServerSocket(0, 0, InetAddress.getLoopbackAddress()));
        Files.writeString(conf.resolve(FILE), port.socket.getLocalPort() + " " + port.secret);
        Thread thread = new Thread(port::answerAll, "control port");
        thread.setDaemon(true);
        thread.start();
        return port;
    }

    private void answerAll() {
        while (!socket.isClosed()) {
            try (Socket asked = socket.accept()) {
                answer(asked);
            } catch (IOException e) {
                if (!socket.isClosed()) {
                    e.printStackTrace();
                }
            }
        }
    }

    private void answer(Socket asked) throws IOException {
        PrintStream out = new PrintStream(asked.getOutputStream(), true, UTF_8);
        String line = new BufferedReader(new InputStreamReader(asked.getInputStream(), UTF_8)).readLine();
        String[] words = line == null ? new String[0] : line.split(" ");
        if (words.length != 3 || !words[0].equals(secret)) {
            return;
        }
        try {
            obey(words[1], words[2]);
        } catch (IOException | RuntimeException e) {
            e.printStackTrace();
            out.println(e.getMessage());
        }
    }

    private void obey(String action, String name) throws IOException {
        DaemonKind daemon = DaemonKind.valueOf(name.toUpperCase(Locale.ROOT));
        if (action.equals("stop")) {
            daemons.stop(daemon);
        } else {
            daemons.start(daemon);
        }
    }

    /** @return why it was not done; empty when it was */
    static String ask(Path conf, String action, String daemon) throws IOException {
        String[] known = Files.readString(conf.resolve(FILE)).split(" ");
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), Integer.parseInt(known[0]))) {
            new PrintStream(socket.getOutputStream(), true, UTF_8).println(known[1] + " " + action + " " + daemon);
            return new String(socket.getInputStream().readAllBytes(), UTF_8).strip();
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
