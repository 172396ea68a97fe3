package org.postage.rabbitmq;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/** Ports on the loopback interface that nobody listens on at the moment. */
final class FreePorts {
  // Below Linux' ephemeral ports: while a node is down no client's own end may take its port, and
  // a client that tries again and again to connect cannot end up connected to itself.
  private static final int LOWEST = 20_000;
  private static final int ABOVE_HIGHEST = 32_000;
  private static final int TRIES = 1_000;

  private FreePorts() {}

  /** So many different ports. Another process may take one before the caller does. */
  static List<Integer> find(int count) throws IOException {
    List<ServerSocket> held = new ArrayList<>();
    try {
      for (int tries = 0; tries < TRIES && held.size() < count; tries++) {
        ServerSocket socket = new ServerSocket();
        held.add(socket);
        try {
          int port = ThreadLocalRandom.current().nextInt(LOWEST, ABOVE_HIGHEST);
          socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        } catch (IOException taken) {
          held.remove(socket);
          socket.close();
        }
      }
      if (held.size() < count) {
        throw new IOException("no " + count + " free ports in " + TRIES + " tries");
      }
      return held.stream().map(ServerSocket::getLocalPort).toList();
    } finally {
      for (ServerSocket socket : held) {
        socket.close();
      }
    }
  }

  /** Whether somebody listens on a port. */
  static boolean listens(int port) {
    // Sends nothing: RabbitMQ does not log a connection that ends before its first byte.
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_000);
      return true;
    } catch (IOException e) {
      return false;
    }
  }
}
