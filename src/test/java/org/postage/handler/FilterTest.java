package org.postage.handler;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.postage.message.Message;
import org.postage.message.Result;
import org.postage.transport.Outcome;

/** About {@link MessageFilter} and {@link Filter}. */
class FilterTest {
  /** Puts what it is told behind the text. */
  static final class Append implements Filter {
    @Override
    public Message filter(Message message, List<String> parameters) {
      return message.withContent(
          Map.of("parameters", message.parameters() + String.join("", parameters)));
    }
  }

  /** Takes the old format, a bare text, for the new one. */
  static final class Modernize implements Filter {
    @Override
    public Message filter(Message message, List<String> parameters) {
      return message.parameters() instanceof String text
          ? message.withContent(Map.of("parameters", Map.of("text", text)))
          : message;
    }
  }

  /** Refuses. */
  static final class Refuse implements Filter {
    @Override
    public Message filter(Message message, List<String> parameters) {
      throw new FilterException("not for you\n");
    }
  }

  /** Fails. */
  static final class Fail implements Filter {
    @Override
    public Message filter(Message message, List<String> parameters) throws Exception {
      throw new java.io.IOException("filter broken");
    }
  }

  /** Rejects. */
  static final class Reject implements Filter {
    @Override
    public Message filter(Message message, List<String> parameters) {
      throw new RejectMessage("away");
    }
  }

  record Text(String text) {}

  @SuppressWarnings("unused") // Called by their names only.
  static final class Receiver {
    final List<Object> heard = new ArrayList<>();

    @MessageHandler("several")
    @MessageFilter(value = Append.class, parameters = "1")
    @MessageFilter(
        value = Append.class,
        parameters = {"2", "3"})
    @MessageFilter(Append.class)
    void several(String text) {
      heard.add(text);
    }

    @MessageHandler("several")
    void unfiltered(String text) {
      heard.add("unfiltered " + text);
    }

    @MessageHandler("old")
    @MessageFilter(Modernize.class)
    void modern(Text text) {
      heard.add(text);
    }

    @MessageHandler("refused")
    @MessageFilter(Refuse.class)
    void refused() {
      heard.add("refused");
    }

    @MessageHandler("refused")
    void other() {
      heard.add("other");
    }

    @MessageHandler("failed")
    @MessageFilter(Fail.class)
    void failed() {
      heard.add("failed");
    }

    @MessageHandler("failed")
    void beside() {
      heard.add("beside");
    }

    @MessageHandler("rejected")
    @MessageFilter(Reject.class)
    void rejected() {
      heard.add("rejected");
    }

    @MessageHandlerFullBody("whole")
    @MessageFilter(value = Append.class, parameters = "!")
    void whole(Message whole) {
      heard.add(String.valueOf(whole.parameters()));
    }

    @RpcHandler("ask")
    @MessageFilter(Refuse.class)
    String ask() {
      return "never";
    }

    @RpcHandler("broken")
    @MessageFilter(Fail.class)
    String broken() {
      return "never";
    }

    @MessageHandler("class")
    @MessageFilter(value = Append.class, parameters = "?")
    final class Nested extends Handler {
      @Override
      public void call() {
        heard.add(String.valueOf(data(String.class)));
      }
    }
  }

  private final Receiver receiver = new Receiver();
  private final Desk desk = new Desk(receiver);

  @Test
  void filtersRunInTheirOrderWithTheirParametersForTheirHandlerOnly() {
    assertThat(desk.receive(Message.command("several", "x"))).isEqualTo(Outcome.ACK);
    assertThat(receiver.heard).containsExactlyInAnyOrder("x123", "unfiltered x");
  }

  @Test
  void filterTurnsAnOldFormatIntoANewOne() {
    desk.receive(Message.command("old", "x"));
    desk.receive(Message.command("old", Map.of("text", "y")));

    assertThat(receiver.heard).containsExactly(new Text("x"), new Text("y"));
  }

  @Test
  void refusalLeavesOutTheHandlerAndAcknowledges() {
    assertThat(desk.receive(Message.command("refused"))).isEqualTo(Outcome.ACK);
    assertThat(receiver.heard).containsExactly("other");
  }

  @Test
  void failureOfAFilterRejectsAndOthersRun() {
    Desk.logOf(() -> assertThat(desk.receive(Message.command("failed"))).isEqualTo(Outcome.REJECT));
    assertThat(receiver.heard).containsExactly("beside");
  }

  @Test
  void filterMayRejectTheMessage() {
    Desk.logOf(
        () -> assertThat(desk.receive(Message.command("rejected"))).isEqualTo(Outcome.REJECT));
    assertThat(receiver.heard).isEmpty();
  }

  @Test
  void filtersWorkForFullBodiesAndClasses() {
    desk.receive(Message.command("whole", "x"));
    desk.receive(Message.command("class", "y"));

    assertThat(receiver.heard).containsExactly("x!", "y?");
  }

  @Test
  void refusedRequestIsAnsweredAtOnce() {
    assertThat(desk.request(Message.rpc("ask"))).isEqualTo(Outcome.ACK);
    assertThat(desk.reply()).isEqualTo(Result.error("refused by a filter: not for you\n"));
  }

  @Test
  void requestWhoseFilterFailsGetsAnExceptionReply() {
    Desk.logOf(() -> assertThat(desk.request(Message.rpc("broken"))).isEqualTo(Outcome.REJECT));
    assertThat(desk.reply()).isEqualTo(new Result.Thrown("IOException", "filter broken"));
  }
}
