package org.postage.handler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.postage.handler.Desk.raw;

import java.lang.reflect.Method;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.postage.message.Message;
import org.postage.pipeline.Context;
import org.slf4j.MDC;
import org.slf4j.helpers.BasicMDCAdapter;
import org.slf4j.spi.MDCAdapter;

class LogContextTest {
  private static final String TRACE = "4bf92f3577b34da6a3ce929d0e0e4736";

  private final MDCAdapter before = MDC.getMDCAdapter();
  private final Map<String, String> seen = new HashMap<>();

  // The tests' logger has no MDC, and SLF4J no other way to give it one.
  private static void use(MDCAdapter adapter) throws Exception {
    Method setter = MDC.class.getDeclaredMethod("setMDCAdapter", MDCAdapter.class);
    setter.setAccessible(true);
    setter.invoke(null, adapter);
  }

  @BeforeEach
  void useAnAdapter() throws Exception {
    use(new BasicMDCAdapter());
  }

  @AfterEach
  void useTheOneFromBefore() throws Exception {
    use(before);
  }

  final class Server {
    @MessageHandler("note")
    void note() {
      seen.putAll(MDC.getCopyOfContextMap());
    }

    @MessageHandler("fail")
    void fail() {
      throw new IllegalStateException("broken");
    }
  }

  private static Map<String, String> left() {
    Map<String, String> all = MDC.getCopyOfContextMap();
    return all == null ? Map.of() : all;
  }

  @Test
  void handlerRunsWithTheKeysOfItsMessage() {
    new Desk(new Server())
        .receive(
            raw(Message.command("note"))
                .messageId("id-1")
                .headers(Map.of(Context.TRACE_PARENT, "00-" + TRACE + "-00f067aa0ba902b7-01"))
                .build());

    assertThat(seen)
        .containsExactlyInAnyOrderEntriesOf(
            Map.of(
                "postage.processor", "desk",
                "postage.queue", "queue",
                "postage.message", "message/command/note",
                "postage.messageId", "id-1",
                "postage.traceId", TRACE));
  }

  @Test
  void whatTheMessageDoesNotHaveIsAbsentEvenIfItWasThereBefore() {
    MDC.put(LogContext.MESSAGE_ID, "another's");

    new Desk(new Server()).receive(Message.command("note"));

    assertThat(seen).doesNotContainKeys(LogContext.MESSAGE_ID, LogContext.TRACE_ID);
  }

  @Test
  void afterwardsEverythingIsAsItWasBefore() {
    MDC.put("mine", "1");
    MDC.put(LogContext.QUEUE, "outer");
    Desk desk = new Desk(new Server());

    desk.receive(Message.command("note"));
    Desk.logOf(() -> desk.receive(Message.command("fail")));

    assertThat(left())
        .containsExactlyInAnyOrderEntriesOf(Map.of("mine", "1", LogContext.QUEUE, "outer"));
  }

  @Test
  void peerCanNotForgeLogLinesByAMessagesId() {
    new Desk(new Server())
        .receive(raw(Message.command("note")).messageId("id\nERROR forged").build());

    assertThat(seen).containsEntry(LogContext.MESSAGE_ID, "id\\u000aERROR forged");
  }
}
