package org.postage.handler;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.postage.message.Fingerprint;
import org.postage.message.Message;
import org.postage.message.MessageCategory;
import org.postage.message.Param;
import org.postage.message.Result;
import org.postage.transport.Delivery;
import org.postage.transport.Outcome;

/** About {@link Parameters} and {@link Invocation}: what a handler's parameters get. */
class HandlerParametersTest {
  record Order(String customer, int total, LocalDate day) {}

  /** Every kind of parameter; what came is kept. */
  @SuppressWarnings("unused") // Called by their names only.
  static final class Receiver {
    final List<@Nullable Object> heard = new ArrayList<>();

    @MessageHandler("text")
    void text(String text) {
      heard.add(text);
    }

    @MessageHandler("number")
    void number(int number) {
      heard.add(number);
    }

    @MessageHandler("order")
    void order(Order order) {
      heard.add(order);
    }

    @MessageHandler("orders")
    void orders(List<Order> orders) {
      heard.add(orders.get(0).customer());
    }

    @MessageHandler("map")
    void map(Map<String, Integer> map) {
      heard.add(map);
    }

    @MessageHandler("any")
    void any(@Nullable Object any) {
      heard.add(any);
    }

    @MessageHandler("whole")
    void whole(Message whole) {
      heard.add(whole);
    }

    @MessageHandler("all")
    void all(
        String text,
        Message whole,
        Fingerprint sender,
        Processor processor,
        Replier replier,
        Delivery delivery) {
      heard.addAll(
          List.of(
              text,
              whole.name(),
              sender.name(),
              processor.name(),
              replier.isAnswered(),
              delivery.queue()));
    }

    @MessageHandler("nothing")
    void nothing() {
      heard.add("nothing");
    }

    @MessageHandler("parts")
    void parts(@Param("a") int first, @Param("b") String second) {
      heard.addAll(List.of(first, second));
    }

    @MessageHandler("named")
    void named(int a, String b) {
      heard.addAll(List.of(a, b));
    }

    @MessageHandler("optional")
    void optional(@Param("a") int a, @Nullable String b) {
      heard.addAll(Arrays.asList(a, b));
    }

    @MessageHandler("part")
    void part(@Param("only") List<Integer> only) {
      heard.add(only);
    }

    @MessageHandler("claimed")
    void claimed(@Param("who") Fingerprint who) {
      heard.add(who.name());
    }

    @MessageHandler(value = "online", type = "status")
    void status(Map<String, Object> content) {
      heard.add(content);
    }

    @MessageHandler(value = "none", type = "none")
    void bare(List<Integer> args, @Param("kwds") Map<String, Object> named) {
      heard.addAll(List.of(args, named));
    }

    @MessageHandlerFullBody("body")
    void body(Map<String, Object> body) {
      heard.add(body);
    }

    @MessageHandlerFullBody("body2")
    void body(Message body) {
      heard.add(body.name());
    }

    @MessageHandler("static")
    static void ofTheClass(List<String> to) {
      assertThat(to).containsExactly("x");
    }

    @MessageHandler("private")
    private void hidden(String text) {
      heard.add(text);
    }

    @MessageHandler("varargs")
    void varargs(String... texts) {
      heard.addAll(List.of(texts));
    }
  }

  private final Receiver receiver = new Receiver();
  private final Desk desk = new Desk(receiver);

  @Test
  void payloadIsConvertedToTheParametersType() {
    assertHeard("text", "hi", "hi");
    assertHeard("number", 7, 7);
    assertHeard("map", Map.of("a", 1), Map.of("a", 1));
    Order order = new Order("Ann", 3, LocalDate.parse("2026-11-25"));
    assertHeard("order", order, order);
    assertHeard("orders", List.of(order), "Ann");
    assertHeard("any", List.of(1, "a"), List.of(1, "a"));
    assertHeard("any", null, (Object) null);
  }

  @Test
  void noParameterIsNeeded() {
    assertHeard("nothing", "ignored", "nothing");
  }

  @Test
  void absentParametersAreAnEmptyObject() {
    desk.receive(Message.of(MessageCategory.MESSAGE, "command", "map", Map.of()));

    assertThat(receiver.heard).containsExactly(Map.of());
  }

  @Test
  void wholeMessageIsAParameter() {
    Message message = Message.command("whole", 1).withFingerprint(Map.of("name", "me"));

    desk.receive(message);

    assertThat(receiver.heard).containsExactly(message);
  }

  @Test
  void everyKindOfParameterIsTakenAtOnce() {
    desk.receive(Message.command("all", "hi").withFingerprint(Map.of("name", "me")));

    assertThat(receiver.heard).containsExactly("hi", "all", "me", "desk", false, "queue");
  }

  @Test
  void severalPayloadParametersAreParts() {
    assertHeard("parts", Map.of("a", 1, "b", "x", "c", "ignored"), 1, "x");
    assertHeard("named", Map.of("a", 1, "b", "x"), 1, "x");
  }

  @Test
  void paramOnTheOneParameterIsAPart() {
    assertHeard("part", Map.of("only", List.of(1)), List.of(1));
  }

  @Test
  void nullablePartMayBeAbsent() {
    assertHeard("optional", Map.of("a", 1), 1, null);
    assertHeard("optional", Map.of("a", 1, "b", "x"), 1, "x");
  }

  @Test
  void fingerprintWithParamIsAPartAndNotTheSender() {
    Map<String, ?> claimed = new Fingerprint("part", "t", "1", "h", "u", "/").asMap();

    assertHeard("claimed", Map.of("who", claimed), "part");
  }

  @Test
  void contentOfOtherTypesIsThePayload() {
    desk.receive(Message.status("online").withContent(Map.of("load", 1)));
    desk.receive(Message.bare(List.of(1, 2), Map.of("k", "v")));

    assertThat(receiver.heard).containsExactly(Map.of("load", 1), List.of(1, 2), Map.of("k", "v"));
  }

  @Test
  void fullBodyIsTheDictionaryForm() {
    desk.receive(Message.command("body", 1));
    desk.receive(Message.command("body2", 1));

    Map<String, Object> expected = new LinkedHashMap<>();
    expected.put("type", "command");
    expected.put("name", "body");
    expected.put("category", "message");
    expected.put("version", "2");
    expected.put("fingerprint", Map.of());
    expected.put("content", Map.of("parameters", 1));
    expected.put("_reserved", Map.of());
    assertThat(receiver.heard).containsExactly(expected, "body2");
  }

  @Test
  void staticPrivateAndVarargsMethodsAreHandlers() {
    assertThat(desk.receive(Message.command("static", List.of("x")))).isEqualTo(Outcome.ACK);
    assertHeard("private", "x", "x");
    assertHeard("varargs", List.of("a", "b"), "a", "b");
  }

  @Test
  void wrongTypeIsRejectedAndReachesNoHandler() {
    assertUnfit("text", 12, "$.content.parameters: 12 (expected: a string)");
    assertUnfit("number", "12", "$.content.parameters: '12' (expected: int)");
    assertUnfit("number", null, "$.content.parameters: null (expected: int)");
    assertUnfit(
        "orders",
        List.of(Map.of("total", "x")),
        "$.content.parameters[0].total: 'x' (expected: int)");
    assertUnfit("parts", 7, "$.content.parameters: 7 (expected: an object with the key 'a')");
    assertUnfit(
        "parts", Map.of("a", 1), "$.content.parameters.b: absent (expected: java.lang.String)");
    assertUnfit("parts", Map.of("a", "x", "b", "y"), "$.content.parameters.a: 'x' (expected: int)");
    assertUnfit(
        "optional", Map.of("a", 1, "b", 2), "$.content.parameters.b: 2 (expected: a string)");
  }

  @Test
  void wrongTypeOfARequestIsAnErrorReply() {
    class Server {
      @RpcHandler("sum")
      int sum(@Param("a") int a, @Param("b") int b) {
        return a + b;
      }
    }
    Desk server = new Desk(new Server());

    Outcome outcome = server.request(Message.rpc("sum", Map.of("a", 1, "b", 2.5)));

    assertThat(outcome).isEqualTo(Outcome.REJECT);
    assertThat(server.reply())
        .isEqualTo(Result.error("$.content.parameters.b: 2.5 (expected: int)"));
  }

  private void assertHeard(String name, @Nullable Object parameters, @Nullable Object... expected) {
    receiver.heard.clear();

    Outcome outcome = desk.receive(Message.command(name, parameters));

    assertThat(outcome).as(name).isEqualTo(Outcome.ACK);
    assertThat(receiver.heard).isEqualTo(Arrays.asList(expected));
  }

  private void assertUnfit(String name, @Nullable Object parameters, String why) {
    receiver.heard.clear();
    // A desk of its own: of those that come to one within a second it logs the first.
    Desk fresh = new Desk(receiver);
    String log =
        Desk.logOf(
            () ->
                assertThat(fresh.receive(Message.command(name, parameters)))
                    .isEqualTo(Outcome.REJECT));
    assertThat(receiver.heard).isEmpty();
    assertThat(log.lines()).hasSize(1);
    assertThat(log).contains("unfit: " + why);
  }
}
