package org.postage.python;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.postage.rabbitmq.Sandbox;

@Timeout(600)
class PythonPeerIT {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  private final Path directory;

  PythonPeerIT(@TempDir Path directory) {
    this.directory = directory;
  }

  @Test
  void linesAreGivenAsTheyAreWritten() throws Exception {
    Path script = script("import sys\nprint('READY')\nprint('h\u00e9llo')\nprint(sys.argv[1])");

    try (PythonPeer peer = PythonPeer.start(script, List.of("argument"))) {
      assertThat(peer.line(LIMIT)).isEqualTo("h\u00e9llo");
      assertThat(peer.line(LIMIT)).isEqualTo("argument");
      assertThat(peer.waitFor(LIMIT)).isZero();
      assertThat(peer.allLines()).containsExactly("READY", "h\u00e9llo", "argument");
    }
  }

  @Test
  void peerThatFailsBeforeItIsReadyIsShownWithItsErrors() throws Exception {
    Path script = script("print('before')\nraise SystemExit('no luck')");

    assertThatThrownBy(() -> PythonPeer.start(script, List.of()))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("printed:\nbefore")
        .hasMessageContaining("wrote to stderr:\nno luck");
  }

  @Test
  void closeEndsAPeerThatWouldRunOnAndAlsoOneThatIgnoresTheRequest() throws Exception {
    Path script =
        script(
            """
            import signal, sys, threading
            if sys.argv[1] == 'deaf':
                signal.signal(signal.SIGTERM, signal.SIG_IGN)
            print('READY')
            threading.Event().wait()
            """);
    PythonPeer willing = PythonPeer.start(script, List.of("willing"));
    PythonPeer deaf = PythonPeer.start(script, List.of("deaf"));

    willing.close();
    deaf.close();

    assertThat(List.of(willing.pid(), deaf.pid())).noneMatch(Sandbox::isRunning);
  }

  @Test
  void silenceIsAnErrorThatSaysWhoWasSilent() throws Exception {
    Path script = script("print('READY')\nimport threading\nthreading.Event().wait()");

    try (PythonPeer peer = PythonPeer.start(script, List.of())) {
      assertThatThrownBy(() -> peer.line(Duration.ofMillis(100)))
          .isInstanceOf(AssertionError.class)
          .hasMessage(
              "no line within PT0.1S from python %s, which is running\nprinted:\nREADY"
                  .formatted(script));
    }
  }

  private Path script(String text) throws Exception {
    return Files.writeString(directory.resolve("script.py"), text);
  }
}
