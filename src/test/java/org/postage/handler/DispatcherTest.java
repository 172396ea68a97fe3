package org.postage.handler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.postage.handler.Desk.raw;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postage.message.Message;
import org.postage.message.MessageCategory;
import org.postage.transport.Outcome;

/** About {@link Dispatcher}: messages. What requests are answered is {@link RequestTest}'s. */
class DispatcherTest {
  @SuppressWarnings({"unused", "DoNotCallSuggester"}) // Called by their names only.
  static final class Receiver {
    final List<@Nullable Object> heard = new ArrayList<>();

    @MessageHandler("echo")
    void echo(String text) {
      heard.add(text);
    }

    @MessageHandler("reject")
    void reject() {
      throw new RejectMessage("not\nmine");
    }

    @MessageHandler("fail")
    void fail() throws Exception {
      throw new java.io.IOException("broken");
    }

    @MessageHandler("error")
    void error() {
      throw new AssertionError("an error");
    }

    @MessageHandler("several")
    void first() {
      heard.add("first");
    }

    @MessageHandler("several")
    void second() {
      heard.add("second");
      throw new RejectMessage("no");
    }

    @MessageHandler("several")
    void third() {
      heard.add("third");
    }

    @MessageHandler(value = "event", type = "my-type")
    void custom(Map<String, Object> content) {
      heard.add(content);
    }
  }

  private final Receiver receiver = new Receiver();
  private final Desk desk = new Desk(receiver);

  @Test
  void handledMessageIsAcknowledged() {
    assertThat(desk.receive(Message.command("echo", "hi"))).isEqualTo(Outcome.ACK);
    assertThat(receiver.heard).containsExactly("hi");
  }

  @Test
  void messageThatNobodyHandlesIsAcknowledged() {
    assertThat(desk.receive(Message.command("other"))).isEqualTo(Outcome.ACK);
    assertThat(desk.receive(Message.status("echo"))).isEqualTo(Outcome.ACK);
    assertThat(receiver.heard).isEmpty();
    assertThat(desk.transport.published()).isEmpty();
  }

  @Test
  void customTypeIsHandledWithItsContent() {
    desk.receive(Message.of(MessageCategory.MESSAGE, "my-type", "event", Map.of("a", 1)));

    assertThat(receiver.heard).containsExactly(Map.of("a", 1));
  }

  @Test
  void rejectedMessageIsRejectedWithOneLine() {
    String log =
        Desk.logOf(
            () -> assertThat(desk.receive(Message.command("reject"))).isEqualTo(Outcome.REJECT));

    assertThat(log.lines()).hasSize(1);
    assertThat(log)
        .contains(
            "desk: rejected a message of 129 bytes from queue 'queue' (exchange 'exchange', key 'key'): rejected: not\\u000amine");
  }

  @ParameterizedTest
  @ValueSource(strings = {"fail", "error"})
  void failureOfAHandlerRejectsTheMessage(String name) {
    String log =
        Desk.logOf(() -> assertThat(desk.receive(Message.command(name))).isEqualTo(Outcome.REJECT));

    assertThat(log).contains("desk: a handler of message/command/" + name + " failed");
  }

  @Test
  void allHandlersRunAndTheWorstOutcomeCounts() {
    assertThat(desk.receive(Message.command("several"))).isEqualTo(Outcome.REJECT);
    assertThat(receiver.heard).containsExactlyInAnyOrder("first", "second", "third");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "nonsense",
        "[]",
        "{}",
        "{\"type\": \"command\"}",
        "{\"type\": \"command\", \"name\": \"echo\", \"category\": \"rcp\", \"content\": {}}",
        "{\"type\": \"command\", \"name\": \"echo\", \"category\": \"message\", \"content\": {\"parameters\": \"a\", \"parameters\": \"b\"}}"
      })
  void undecodableMessageIsRejectedAndReachesNoHandler(String body) {
    String log =
        Desk.logOf(() -> assertThat(desk.receive(raw(body).build())).isEqualTo(Outcome.REJECT));

    assertThat(receiver.heard).isEmpty();
    assertThat(log.lines()).hasSize(1);
    assertThat(log).contains(": unreadable: ");
  }

  @Test
  void unsupportedContentTypeIsRejected() {
    String log =
        Desk.logOf(
            () ->
                assertThat(
                        desk.receive(
                            raw(Message.command("echo", "hi"))
                                .contentType("text/\u001b[31mplain")
                                .build()))
                    .isEqualTo(Outcome.REJECT));

    assertThat(receiver.heard).isEmpty();
    assertThat(log)
        .contains(
            "unreadable: content type: 'text/\\u001b[31mplain' (expected: application/json or application/cbor, or none)");
  }

  @Test
  void absentContentTypeIsJson() {
    desk.receive(raw(Message.command("echo", "hi")).contentType(null).build());

    assertThat(receiver.heard).containsExactly("hi");
  }

  @Test
  void noRawControlCharacterOfAPeersReachesTheLog() {
    String evil = "\u001b[2J\r\nFORGED line\u2028\u0007";
    String log =
        Desk.logOf(
            () -> {
              // A desk for each: of those that come to one within a second it logs the first.
              new Desk(receiver).receive(raw(evil).build());
              new Desk(receiver).receive(raw("{}").contentType(evil).build());
              new Desk(receiver).receive(raw("{\"type\": \"\\u001b\\n\"}").build());
              new Desk(receiver).receive(Message.command("echo", Map.of(evil, evil)));
              new Desk(receiver)
                  .receive(
                      raw("{\"type\": \"command\", \"name\": \"echo\", \"category\": \"\\u001b\\r\\n\", \"content\": {}}")
                          .build());
            });

    assertThat(log.lines()).hasSize(5);
    assertThat(log.chars()).noneMatch(c -> (c < ' ' && c != '\n') || c == 0x2028 || c == 0x7f);
  }

  @Test
  void handlersSeeWhatOthersDidNotChange() {
    class Meddler {
      @MessageHandler("map")
      void one(Map<String, Object> map) {
        map.put("meddled", true);
      }

      @MessageHandler("map")
      void two(Map<String, Object> map) {
        map.put("meddled", map.containsKey("meddled"));
        receiver.heard.add(map);
      }

      @MessageHandler("map")
      void whole(Message whole) {
        receiver.heard.add(whole.content());
      }
    }

    new Desk(new Meddler()).receive(Message.command("map", Map.of("a", 1)));

    assertThat(receiver.heard)
        .containsExactlyInAnyOrder(
            Map.of("a", 1, "meddled", false), Map.of("parameters", Map.of("a", 1)));
  }

  @Test
  void interceptorsSurroundHandlersInTheirOrder() {
    HandlerCompiler compiler =
        new HandlerCompiler(desk.encoders)
            .intercept(
                (invocation, next) -> {
                  receiver.heard.add("outer in");
                  Outcome outcome = next.proceed(invocation);
                  receiver.heard.add("outer out " + outcome);
                  return outcome;
                })
            .intercept(
                (invocation, next) -> {
                  receiver.heard.add("inner");
                  return next.proceed(invocation.withMessage(Message.command("echo", "changed")));
                })
            .add(receiver);

    assertThat(new Desk(compiler).receive(Message.command("echo", "hi"))).isEqualTo(Outcome.ACK);
    assertThat(receiver.heard).containsExactly("outer in", "inner", "changed", "outer out ACK");
  }

  @Test
  void interceptorMayDecideTheOutcome() {
    HandlerCompiler compiler =
        new HandlerCompiler(desk.encoders)
            .intercept((invocation, next) -> Outcome.REQUEUE)
            .add(receiver);

    assertThat(new Desk(compiler).receive(Message.command("echo", "hi")))
        .isEqualTo(Outcome.REQUEUE);
    assertThat(receiver.heard).isEmpty();
  }
}
