package org.postage.chaos;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(600)
class FaultyProxyTest {
  private static final int LIMIT_MILLIS = 10_000;
  private static final int SILENCE_MILLIS = 200;

  private final ServerSocket echo = new ServerSocket(0, 10, InetAddress.getLoopbackAddress());
  private final FaultyProxy proxy = new FaultyProxy(echo.getLocalPort());

  FaultyProxyTest() throws IOException {
    Thread thread = new Thread(this::serve, "echo");
    thread.setDaemon(true);
    thread.start();
  }

  @AfterEach
  void close() throws IOException {
    proxy.close();
    echo.close();
  }

  private void serve() {
    while (!echo.isClosed()) {
      try (Socket socket = echo.accept()) {
        socket.getInputStream().transferTo(socket.getOutputStream());
      } catch (IOException ended) {
        // Cut, or closed.
      }
    }
  }

  private Socket connect() throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), proxy.port());
    socket.setSoTimeout(LIMIT_MILLIS);
    return socket;
  }

  private static void say(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(US_ASCII));
  }

  private static String hear(Socket socket, int count) throws IOException {
    return new String(socket.getInputStream().readNBytes(count), US_ASCII);
  }

  private static void assertSilent(Socket socket) throws IOException {
    socket.setSoTimeout(SILENCE_MILLIS);
    assertThatThrownBy(() -> socket.getInputStream().read())
        .isInstanceOf(SocketTimeoutException.class);
    socket.setSoTimeout(LIMIT_MILLIS);
  }

  @Test
  void passesOnWhatItGetsAlsoInSingleBytesAndLater() throws Exception {
    try (Socket socket = connect()) {
      say(socket, "hello");
      assertThat(hear(socket, 5)).isEqualTo("hello");

      proxy.slice(true);
      say(socket, "slices");
      assertThat(hear(socket, 6)).isEqualTo("slices");
      proxy.slice(false);

      proxy.delay(Duration.ofMillis(100));
      long start = System.nanoTime();
      say(socket, "late");
      assertThat(hear(socket, 4)).isEqualTo("late");
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(190));
      assertThat(proxy.accepted()).isEqualTo(1);
    }
  }

  @Test
  void resetIsSeenAsOneAndCloseAsTheEnd() throws Exception {
    try (Socket socket = connect()) {
      say(socket, "a");
      assertThat(hear(socket, 1)).isEqualTo("a");

      proxy.reset();

      assertThatThrownBy(() -> socket.getInputStream().read()).isInstanceOf(SocketException.class);
    }
    try (Socket socket = connect()) {
      say(socket, "b");
      assertThat(hear(socket, 1)).isEqualTo("b");

      proxy.closeConnections();

      assertThat(socket.getInputStream().read()).isEqualTo(-1);
    }
  }

  @Test
  void frozenEitherWayNothingPassesUntilItThaws() throws Exception {
    try (Socket socket = connect()) {
      for (boolean isUp : new boolean[] {true, false}) {
        proxy.freeze(isUp, !isUp);
        say(socket, "ice");
        assertSilent(socket);

        proxy.thaw();

        assertThat(hear(socket, 3)).isEqualTo("ice");
      }
    }
  }

  @Test
  void halfOpenTheClientHearsNothingAndMayWrite() throws Exception {
    try (Socket socket = connect()) {
      say(socket, "a");
      assertThat(hear(socket, 1)).isEqualTo("a");

      proxy.halfOpen();

      say(socket, "b");
      assertSilent(socket);
      say(socket, "c");
    }
  }

  @Test
  void refusedConnectionsAreTakenAgainAfterwards() throws Exception {
    proxy.refuse();
    assertThatThrownBy(this::connect).isInstanceOf(ConnectException.class);

    proxy.accept();

    try (Socket socket = connect()) {
      say(socket, "back");
      assertThat(hear(socket, 4)).isEqualTo("back");
    }
  }
}
