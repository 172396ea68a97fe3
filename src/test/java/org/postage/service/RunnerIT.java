package org.postage.service;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.rabbitmq.client.Connection;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.postage.Postage;
import org.postage.TestPostage;
import org.postage.handler.Filter;
import org.postage.handler.FilterException;
import org.postage.handler.LastResort;
import org.postage.handler.MessageFilter;
import org.postage.handler.Retry;
import org.postage.handler.RetryInfo;
import org.postage.message.Message;
import org.postage.python.PythonPeer;
import org.postage.rabbitmq.RabbitMq;
import org.postage.rabbitmq.RabbitMqBroker;
import org.postage.service.events.EventProducer;
import org.postage.service.rpc.RemoteException;
import org.postage.service.rpc.RpcClient;
import org.postage.service.rpc.RpcRequest;
import org.postage.service.rpc.RpcTarget;
import org.postage.service.rpc.UnknownServiceException;

/** Our services, as callers and sources in Python meet them, and our own. */
@RabbitMq
@Timeout(600)
class RunnerIT {
  private static final Path SCRIPT = Path.of("src/test/python/service_caller.py");
  private static final Duration LIMIT = Duration.ofSeconds(30);

  record Order(String customer, List<String> items) {}

  static final class Broke extends RuntimeException {
    Broke(String text) {
      super(text);
    }
  }

  @Service("greeter")
  static class Greeter {
    final CountDownLatch begun = new CountDownLatch(1);
    final CountDownLatch mayEnd = new CountDownLatch(1);

    @Rpc(docstring = "Greets.")
    String hello(String who, @Nullable String punct) {
      return "hello " + who + (punct == null ? "!" : punct);
    }

    @Rpc
    Order order(Order order) {
      return new Order(order.customer, List.of(order.items.get(0), "pen"));
    }

    @Rpc
    int boom() {
      throw new Broke("bad");
    }

    @Rpc
    Object unwritable() {
      return new Object() {
        @SuppressWarnings({"unused", "EffectivelyPrivate"}) // Read by the encoder.
        public String getText() {
          throw new IllegalStateException("not to be had");
        }
      };
    }

    @Rpc
    @Retry(attempts = 3, delayMillis = 50)
    int thirdTime(RetryInfo retry) {
      if (retry.attempt() < 3) {
        throw new Broke("not yet");
      }
      return retry.attempt();
    }

    @Rpc
    String slow() throws InterruptedException {
      begun.countDown();
      mayEnd.await();
      return "done";
    }

    /** Not to be called from outside. */
    String secret() {
      return "secret";
    }
  }

  private final RabbitMqBroker broker;
  private final Postage postage;
  private final List<AutoCloseable> open = new ArrayList<>();
  private final JsonMapper json = new JsonMapper();

  RunnerIT(RabbitMqBroker broker) {
    this.broker = broker;
    postage = TestPostage.connect(broker);
  }

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : open) {
      each.close();
    }
    postage.close();
    // The dialects do not agree on its flags.
    try (Connection connection = broker.connect()) {
      connection.createChannel().exchangeDelete("shop.events");
    }
  }

  private Runner run(Dialect dialect, Object... services) {
    Runner runner = Runner.builder(postage).dialect(dialect).services(services).start();
    open.add(0, runner);
    return runner;
  }

  private RpcClient client(Dialect dialect) {
    RpcClient client = RpcClient.builder(postage, dialect.rpc()).timeout(LIMIT).build();
    open.add(0, client);
    return client;
  }

  private PythonPeer python(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.add("" + broker.port());
    all.add(broker.vhost());
    PythonPeer peer = PythonPeer.start(SCRIPT, all);
    open.add(peer);
    return peer;
  }

  private List<Map<?, ?>> answers(Dialect dialect, List<Map<String, ?>> calls) throws Exception {
    String protocol = dialect == Dialect.NAMEKO ? "nameko" : "micro_framework";
    PythonPeer caller = python(protocol, "greeter", json.writeValueAsString(calls));
    List<Map<?, ?>> answers = new ArrayList<>();
    for (int i = 0; i < calls.size(); i++) {
      Object line = json.readValue(caller.line(LIMIT), Object.class);
      assertThat(line).as("answer %s", i).isInstanceOf(Map.class);
      Map<?, ?> answer = (Map<?, ?>) line;
      assertThat(answer.get("content_type")).isEqualTo("application/json");
      assertThat(answer.get("content_encoding")).isEqualTo("utf-8");
      answers.add((Map<?, ?>) answer.get("answer"));
    }
    return answers;
  }

  private static Map<String, ?> call(String target, Object... args) {
    return Map.of("target", target, "args", List.of(args));
  }

  private static Map<String, ?> raw(String target, String body) {
    return Map.of("target", target, "raw", body);
  }

  @Test
  void namekoCallersGetResultsAndErrorsAsFromTheirOwn() throws Exception {
    run(Dialect.NAMEKO, new Greeter());

    List<Map<?, ?>> answers =
        answers(
            Dialect.NAMEKO,
            List.of(
                call("hello", "Ann"),
                Map.of("target", "hello", "args", List.of("Ann"), "kwargs", Map.of("punct", "?")),
                call("order", Map.of("customer", "Ann", "items", List.of("ink"))),
                call("boom"),
                call("nosuch"),
                call("secret"),
                call("quit"),
                call("hello"),
                call("hello", "Ann", "!", "one too many"),
                call("order", 7),
                call("unwritable"),
                call("third_time"),
                raw("hello", "{\"args\": [1]}"),
                raw("hello", "no JSON"),
                raw("hello", "[1]"),
                Map.of("target", "hello", "raw", "x", "content_type", "application/x-yaml"),
                Map.of(
                    "target", "hello", "args", List.of("a".repeat(9_000)), "compression", "gzip"),
                call("hello", "last")));

    assertThat(answers.get(0)).isEqualTo(result("hello Ann!"));
    assertThat(answers.get(1)).isEqualTo(result("hello Ann?"));
    assertThat(answers.get(2))
        .isEqualTo(result(Map.of("customer", "Ann", "items", List.of("ink", "pen"))));
    assertThat(error(answers.get(3)))
        .isEqualTo(
            Map.of(
                "exc_type",
                "Broke",
                "exc_path",
                Broke.class.getName(),
                "exc_args",
                List.of("bad"),
                "value",
                "bad"));
    assertThat(error(answers.get(4)))
        .isEqualTo(
            Map.of(
                "exc_type", "MethodNotFound",
                "exc_path", "nameko.exceptions.MethodNotFound",
                "exc_args", List.of("nosuch"),
                "value", "nosuch"));
    assertThat(error(answers.get(5)).get("exc_type")).isEqualTo("MethodNotFound");
    assertThat(error(answers.get(6)).get("exc_type")).isEqualTo("MethodNotFound");
    assertThat(error(answers.get(7)))
        .containsEntry("exc_type", "IncorrectSignature")
        .containsEntry("value", "hello() missing 1 required positional argument: 'who'");
    assertThat(error(answers.get(8)))
        .containsEntry("exc_type", "IncorrectSignature")
        .containsEntry("value", "hello() takes 2 positional arguments but 3 were given");
    assertThat(error(answers.get(9)).get("exc_type")).isEqualTo("IncorrectSignature");
    assertThat(error(answers.get(10)).get("exc_type")).isEqualTo("UnserializableValueError");
    assertThat(answers.get(11)).isEqualTo(result(3));
    for (int malformed = 12; malformed <= 15; malformed++) {
      assertThat(error(answers.get(malformed)))
          .containsEntry("exc_type", "MalformedRequest")
          .containsEntry("exc_path", "nameko.exceptions.MalformedRequest");
    }
    assertThat(answers.get(16)).isEqualTo(result("hello " + "a".repeat(9_000) + "!"));
    assertThat(answers.get(17)).isEqualTo(result("hello last!"));
  }

  @Test
  void microFrameworkCallersGetJsonWithinJson() throws Exception {
    run(Dialect.MICRO_FRAMEWORK, new Greeter());

    List<Map<?, ?>> answers =
        answers(
            Dialect.MICRO_FRAMEWORK,
            List.of(
                call("hello", "Ann"),
                call("boom"),
                Map.of("target", "hello", "command", "nosuch"),
                Map.of("target", "hello", "command", "secret"),
                call("hello"),
                raw("hello", "{\"args\": [1]}"),
                raw("hello", "no JSON"),
                raw(
                    "hello",
                    "\"{\\\"command\\\": \\\"hello\\\", \\\"command_args\\\": [\\\"Bob\\\"]}\""),
                call("unwritable"),
                call("__get_target__", "hello"),
                call("__get_target__", "nope"),
                call("__list_targets__"),
                call("hello", "last")));

    assertThat(answers.get(0)).isEqualTo(data("hello Ann!"));
    assertThat(exception(answers.get(1)))
        .isEqualTo(
            Map.of(
                "exception", "Broke",
                "message", "bad",
                "args", List.of("bad"),
                "kwargs", Map.of(),
                "module", Broke.class.getPackageName()));
    for (int unknown = 2; unknown <= 3; unknown++) {
      assertThat(exception(answers.get(unknown)))
          .containsEntry("exception", "RPCTargetDoesNotExist")
          .containsEntry("module", "micro_framework.exceptions");
    }
    assertThat(exception(answers.get(4)))
        .containsEntry("exception", "TypeError")
        .containsEntry("message", "hello() missing 1 required positional argument: 'who'");
    for (int malformed = 5; malformed <= 6; malformed++) {
      assertThat(exception(answers.get(malformed)))
          .containsEntry("exception", "RPCMalformedMessage");
    }
    assertThat(answers.get(7)).isEqualTo(data("hello Bob!"));
    assertThat(exception(answers.get(8))).containsEntry("exception", "TypeError");
    Map<?, ?> hello = part(answers.get(9), "data");
    assertThat(hello.get("target")).isEqualTo("hello");
    assertThat(hello.get("args")).isEqualTo(List.of("who"));
    assertThat(hello.get("kwargs")).isEqualTo(List.of("punct"));
    assertThat(hello.get("docstring")).isEqualTo("Greets.");
    assertThat(exception(answers.get(10))).containsEntry("message", "'nope'");
    assertThat((List<?>) answers.get(11).get("data")).hasSize(6);
    assertThat(answers.get(12)).isEqualTo(data("hello last!"));
  }

  @ParameterizedTest
  @EnumSource(Dialect.class)
  void ourOwnClientCallsOurOwnService(Dialect dialect) {
    run(dialect, new Greeter());
    RpcClient rpc = client(dialect);

    assertThat(rpc.call("greeter", "hello", "Ann")).isEqualTo("hello Ann!");
    assertThat(rpc.call(RpcRequest.of("greeter", "third_time"), Integer.class)).isEqualTo(3);
    RemoteException broke =
        catchThrowableOfType(RemoteException.class, () -> rpc.call("greeter", "boom"));
    assertThat(broke.type()).isEqualTo("Broke");
    assertThat(broke.text()).isEqualTo("bad");
    if (dialect == Dialect.MICRO_FRAMEWORK) {
      assertThat(rpc.targets("greeter")).extracting(RpcTarget::target).contains("hello", "slow");
      assertThatThrownBy(() -> rpc.call("greeter", "nosuch"))
          .isInstanceOf(UnknownServiceException.class);
    }
  }

  @ParameterizedTest
  @EnumSource(Dialect.class)
  void callThatNobodyWaitsForIsHandledAndTheNextOnesToo(Dialect dialect) throws Exception {
    run(dialect, new Greeter());
    String protocol = dialect == Dialect.NAMEKO ? "nameko" : "micro_framework";
    List<Map<String, ?>> calls =
        List.of(
            Map.of("target", "hello", "args", List.of("Ann"), "anonymous", true),
            Map.of("target", "hello", "raw", "no JSON", "anonymous", true),
            Map.of("target", "boom", "anonymous", true));

    PythonPeer caller = python(protocol, "greeter", json.writeValueAsString(calls));
    for (int i = 0; i < calls.size(); i++) {
      assertThat(caller.line(LIMIT)).isEqualTo("\"sent\"");
    }

    assertThat(client(dialect).call("greeter", "hello", "Bob")).isEqualTo("hello Bob!");
    Awaitility.await().atMost(LIMIT).until(() -> postage.transport().isIdle());
  }

  @Test
  void whatRunsEndsBeforeARunnerHasStopped() throws Exception {
    Greeter greeter = new Greeter();
    Runner runner = run(Dialect.NAMEKO, greeter);
    CompletableFuture<?> answer =
        client(Dialect.NAMEKO).callAsync(RpcRequest.of("greeter", "slow"), String.class);
    assertThat(greeter.begun.await(30, TimeUnit.SECONDS)).isTrue();

    runner.stop();
    greeter.mayEnd.countDown();
    runner.join();

    assertThat(answer.get(30, TimeUnit.SECONDS)).isEqualTo("done");
    assertThat(runner.isConsuming()).isFalse();
  }

  /** Hears orders of shops. */
  abstract static class Listening {
    final BlockingQueue<Object> heard = new LinkedBlockingQueue<>();

    Object next() throws InterruptedException {
      Object next = heard.poll(30, TimeUnit.SECONDS);
      assertThat(next).isNotNull();
      return next;
    }
  }

  @Service("billing")
  static final class Billing extends Listening {
    @EventListener(source = "shop", event = "placed")
    void onPlaced(Order order) {
      heard.add(order);
    }
  }

  @Service("audit")
  static final class Audit extends Listening {
    @EventListener(source = "shop", event = "*")
    void onAnything(@Nullable Object payload) {
      heard.add(String.valueOf(payload));
    }
  }

  @Service("cache")
  static final class Cache extends Listening {
    @EventListener(source = "shop", event = "placed", audience = EventListener.Audience.BROADCAST)
    void onPlaced(Object payload) {
      heard.add(payload);
    }
  }

  private void send(Dialect dialect, String event, Object... bodies) throws Exception {
    String autoDelete = dialect == Dialect.MICRO_FRAMEWORK ? "True" : "False";
    PythonPeer source =
        python("event", "shop", event, autoDelete, json.writeValueAsString(List.of(bodies)));
    assertThat(source.line(LIMIT)).isEqualTo("SENT");
  }

  @ParameterizedTest
  @EnumSource(Dialect.class)
  void eventsFromPythonAreHeardByNameAndByWildcard(Dialect dialect) throws Exception {
    Billing billing = new Billing();
    Audit audit = new Audit();
    run(dialect, billing, audit);

    send(dialect, "placed", Map.of("customer", "Ann", "items", List.of("pen"), "gzip", true));
    send(dialect, "gone", "text");

    assertThat(billing.next()).isEqualTo(new Order("Ann", List.of("pen")));
    assertThat(List.of(audit.next(), audit.next()))
        .anySatisfy(heard -> assertThat(heard).isEqualTo("text"));
    assertThat(billing.heard).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(Dialect.class)
  void badEventsAreParkedAndTheNextOnesHeard(Dialect dialect) throws Exception {
    Billing billing = new Billing();
    run(dialect, billing);

    send(
        dialect,
        "placed",
        Map.of("raw", "no JSON"),
        Map.of("raw", "x", "content_type", "application/x-python-serialize"),
        7,
        Map.of("customer", "Ann", "items", List.of("pen")));

    assertThat(billing.next()).isEqualTo(new Order("Ann", List.of("pen")));
    String queue =
        dialect == Dialect.NAMEKO
            ? "evt-shop-placed--billing.on_placed"
            : "shop.placed__billing.on_placed";
    Awaitility.await()
        .atMost(LIMIT)
        .untilAsserted(() -> assertThat(postage.parked(queue).list(10)).hasSize(3));
  }

  @ParameterizedTest
  @EnumSource(Dialect.class)
  void instancesShareEventsOrAllHearThem(Dialect dialect) throws Exception {
    Billing one = new Billing();
    Billing two = new Billing();
    Cache first = new Cache();
    Cache second = new Cache();
    run(dialect, one, first);
    run(dialect, two, second);

    EventProducer.of(postage, "shop", dialect.events())
        .send("placed", new Order("Ann", List.of()))
        .join();

    assertThat(first.next()).isEqualTo(second.next());
    Awaitility.await().atMost(LIMIT).until(() -> one.heard.size() + two.heard.size() == 1);
    assertThat(postage.transport().flush(LIMIT)).isTrue();
    assertThat(one.heard.size() + two.heard.size()).isEqualTo(1);
  }

  /** Takes only what is not for Bob. */
  public static final class NotForBob implements Filter {
    @Override
    public Message filter(Message message, List<String> told) {
      if (message.parameters() instanceof Map<?, ?> order && "Bob".equals(order.get("customer"))) {
        throw new FilterException("for Bob");
      }
      return message;
    }
  }

  @Service("picky")
  static final class Picky extends Listening {
    @EventListener(source = "shop", event = "placed")
    @MessageFilter(NotForBob.class)
    void onPlaced(Order order) {
      heard.add(order);
    }
  }

  @Test
  void filterKeepsEventsAway() throws Exception {
    Picky picky = new Picky();
    run(Dialect.NAMEKO, picky);
    EventProducer shop = EventProducer.of(postage, "shop", Dialect.NAMEKO.events());

    shop.send("placed", new Order("Bob", List.of())).join();
    shop.send("placed", new Order("Ann", List.of())).join();

    assertThat(picky.next()).isEqualTo(new Order("Ann", List.of()));
    assertThat(picky.heard).isEmpty();
  }

  @Service("patient")
  static final class Patient extends Listening {
    @EventListener(source = "shop", event = "placed")
    @Retry(attempts = 2, delayMillis = 20)
    @LastResort("giveUp")
    void onPlaced(Order order, RetryInfo retry) {
      heard.add("attempt " + retry.attempt());
      throw new Broke("for " + order.customer);
    }

    void giveUp(Order order, Exception thrown) {
      heard.add(order.customer + " gave up: " + thrown.getMessage());
    }
  }

  @ParameterizedTest
  @EnumSource(Dialect.class)
  void eventThatFailsIsTriedAgainAndThenTheLastResort(Dialect dialect) throws Exception {
    Patient patient = new Patient();
    run(dialect, patient);

    EventProducer.of(postage, "shop", dialect.events())
        .send("placed", new Order("Ann", List.of()))
        .join();

    assertThat(List.of(patient.next(), patient.next(), patient.next()))
        .isEqualTo(List.of("attempt 1", "attempt 2", "Ann gave up: for Ann"));
  }

  @Service("clock")
  static final class Clock {
    final CountDownLatch ticks = new CountDownLatch(3);
    final CountDownLatch failures = new CountDownLatch(3);
    final AtomicInteger running = new AtomicInteger();
    final AtomicInteger overlaps = new AtomicInteger();
    final CountDownLatch mayEnd = new CountDownLatch(1);
    final CountDownLatch late = new CountDownLatch(1);

    @Every(value = "PT0.02S", atOnce = true)
    void tick() {
      ticks.countDown();
    }

    @Every("PT0.02S")
    void fail() {
      failures.countDown();
      throw new Broke("a tick");
    }

    @Every("PT0.02S")
    void slow() throws InterruptedException {
      overlaps.addAndGet(running.getAndIncrement());
      if (failures.getCount() == 0) {
        late.countDown();
      }
      mayEnd.await();
      running.decrementAndGet();
    }
  }

  @Test
  void timersRunBesideASlowOneAndAfterAFailureAndNeverTwiceAtOnce() throws Exception {
    Clock clock = new Clock();
    Runner runner = run(Dialect.NAMEKO, clock);

    assertThat(clock.ticks.await(30, TimeUnit.SECONDS)).isTrue();
    assertThat(clock.failures.await(30, TimeUnit.SECONDS)).isTrue();
    assertThat(clock.running.get()).isLessThanOrEqualTo(1);
    clock.mayEnd.countDown();
    assertThat(clock.late.await(30, TimeUnit.SECONDS)).isTrue();
    runner.stop();
    runner.join();

    assertThat(clock.overlaps.get()).isZero();
    assertThat(clock.running.get()).isZero();
  }

  @Service("no dots.please")
  static final class Wrong {
    @Rpc("_hidden")
    void hidden() {}

    @EventListener(source = "", event = "a..b")
    void odd(Object payload) {}

    @Every("5 seconds")
    void never(int what) {}

    @EventListener(source = "shop", event = "placed")
    void twice(String payload) {}

    @EventListener(source = "shop", event = "placed")
    void twice(int payload) {}
  }

  @Service("dotted")
  static final class Dotted {
    @Rpc("Calc.mul")
    int mul(int a) {
      return a;
    }
  }

  @Test
  void targetThatNamekoCannotCallIsRefused() {
    assertThatThrownBy(() -> run(Dialect.NAMEKO, new Dotted()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("target 'Calc.mul' of service 'dotted' (expected: no dot");
    run(Dialect.MICRO_FRAMEWORK, new Dotted());
    assertThat(client(Dialect.MICRO_FRAMEWORK).call("dotted", "Calc.mul", 7)).isEqualTo(7);
  }

  @Test
  void runnerHasStoppedWithItsPostage() {
    Postage own = TestPostage.connect(broker);
    Runner runner = Runner.builder(own).services(new Greeter()).start();

    own.close();
    runner.join();

    assertThat(runner.isConsuming()).isFalse();
  }

  @Test
  void mistakesInAServiceAreAllToldBeforeAnythingIsDeclared() {
    Runner.Builder builder = Runner.builder(postage);

    assertThatThrownBy(() -> builder.services(new Wrong()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("@Service(\"no dots.please\")")
        .hasMessageContaining("hidden: target '_hidden'")
        .hasMessageContaining("odd: source ''")
        .hasMessageContaining("never: @Every(\"5 seconds\")")
        .hasMessageContaining("never: @Every on a method with parameters")
        .hasMessageContaining("twice: a second listener of one queue, 'twice'");
    assertThatThrownBy(() -> builder.services("text"))
        .hasMessageContaining("java.lang.String is no service")
        .hasMessageContaining("no @Service");
    assertThatThrownBy(builder::start).hasMessageContaining("services: none");
    assertThatThrownBy(() -> builder.services(new Billing(), new Billing()).start())
        .hasMessageContaining("two are called 'billing'");
    assertThatThrownBy(() -> builder.maxWorkers(0)).hasMessageContaining("max workers: 0");
  }

  private static Map<String, Object> result(Object value) {
    Map<String, Object> answer = new HashMap<>();
    answer.put("result", value);
    answer.put("error", null);
    return answer;
  }

  private static Map<String, Object> data(Object value) {
    Map<String, Object> answer = new HashMap<>();
    answer.put("data", value);
    answer.put("exception", null);
    return answer;
  }

  private static Map<String, Object> error(Map<?, ?> answer) {
    return part(answer, "error");
  }

  private static Map<String, Object> exception(Map<?, ?> answer) {
    return part(answer, "exception");
  }

  @SuppressWarnings("unchecked") // As JSON has it.
  private static Map<String, Object> part(Map<?, ?> answer, String key) {
    Object part = answer.get(key);
    assertThat(part).isInstanceOf(Map.class);
    return (Map<String, Object>) requireNonNull(part);
  }
}
