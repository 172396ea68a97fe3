package org.postage.handler;

import static org.assertj.core.api.Assertions.assertThat;
import static org.postage.handler.Desk.raw;

import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.postage.message.Message;
import org.postage.pipeline.Context;
import org.postage.pipeline.RetryPolicy;
import org.postage.transport.RawMessage;

/** Which trace replies and messages that come again belong to, without any tracing library. */
class TraceHeadersTest {
  private static final String PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
  private static final Map<String, String> TRACE =
      Map.of(Context.TRACE_PARENT, PARENT, Context.TRACE_STATE, "vendor=1");

  static final class Server {
    @RpcHandler("echo")
    String echo(String text) {
      return text;
    }

    @MessageHandler("fail")
    void fail() {
      throw new IllegalStateException("broken");
    }
  }

  private static RawMessage request(Map<String, String> headers) {
    return raw(Message.rpc("echo", "hello")).replyTo(Desk.REPLY_TO).headers(headers).build();
  }

  @Test
  void replyBelongsToTheTraceOfItsRequest() {
    Desk desk = new Desk(new Server());

    desk.receive(request(TRACE));

    assertThat(desk.transport.onlyPublished().message().headers()).isEqualTo(TRACE);
  }

  @Test
  void replyToAMessageWithoutATraceHasNoHeaders() {
    Desk desk = new Desk(new Server());

    desk.receive(request(Map.of("mine", "1")));

    assertThat(desk.transport.onlyPublished().message().headers()).isEmpty();
  }

  @Test
  void headersThatAreNoTraceDoNotComeBackInTheReply() {
    Desk desk = new Desk(new Server());

    desk.receive(request(Map.of(Context.TRACE_PARENT, "00-nonsense\n-01")));

    assertThat(desk.transport.onlyPublished().message().headers()).isEmpty();
  }

  @Test
  void messageKeepsItsTraceWhenItIsTriedAgainAndWhenItIsParked() {
    Desk desk = new Desk(RetryPolicy.attempts(2).constant(Duration.ofSeconds(1)), new Server());

    Desk.logOf(() -> desk.receive(raw(Message.command("fail")).headers(TRACE).build()));
    assertThat(desk.transport.lastPublished().message().headers()).containsAllEntriesOf(TRACE);

    Desk.logOf(() -> desk.receive(desk.transport.lastPublished().message()));
    assertThat(desk.transport.lastPublished().to().routingKey()).isEqualTo("queue.parked");
    assertThat(desk.transport.lastPublished().message().headers()).containsAllEntriesOf(TRACE);
  }
}
