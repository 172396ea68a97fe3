package org.postage.chaos;

import static org.awaitility.Awaitility.await;

import com.rabbitmq.client.GetResponse;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.awaitility.core.ConditionTimeoutException;
import org.postage.Postage;
import org.postage.rabbitmq.RabbitMqBroker;
import org.postage.rabbitmq.RabbitMqNode;
import org.postage.topology.Binding;
import org.postage.topology.Destination;
import org.postage.topology.Exchange;
import org.postage.topology.Queue;

/**
 * What a scenario plays on: a RabbitMQ node that it may break, an exchange and a durable queue, a
 * clock, and the faults. For one thread, except where it says otherwise.
 */
final class Stage implements AutoCloseable {
  /** How long a message waits for its confirmation at most, and a little. */
  static final int PATIENCE_MILLIS = Size.limit(31_000);

  // Nothing arrives for so long, and nothing waits: then nothing will come.
  private static final int QUIET_MILLIS = Size.limit(3_000);

  private static final Pattern NUMBER = Pattern.compile("\"parameters\": ?(\\d+)");

  private final String name;
  private final Size size;
  private final long seed;
  private final Random random;
  private final TimeLine timeLine = new TimeLine();
  private final Faults faults;
  private final Observer observer;
  private final ResendWatch resends = new ResendWatch(timeLine);
  private final RabbitMqNode node;
  private final RabbitMqBroker broker;
  private final List<RabbitMqNode> nodes;
  private final List<Long> logPositions;
  private final int threadsBefore = Leaks.threads().size();
  private final Exchange exchange;
  private final Queue queue;
  private final List<AutoCloseable> resources = new ArrayList<>();

  /**
   * A stage on some nodes.
   *
   * @param nodes one, or those of a cluster: then the queue is a quorum queue
   */
  Stage(String name, Size size, List<RabbitMqNode> nodes) {
    this.name = name;
    this.size = size;
    this.nodes = nodes;
    node = nodes.get(0);
    observer = new Observer(nodes);
    faults = new Faults(node, timeLine);
    broker = RabbitMqBroker.of(node, "/");
    logPositions = nodes.stream().map(RabbitMqNode::logPosition).toList();
    seed = Long.getLong("postage.chaos.seed", System.nanoTime());
    random = new Random(seed);
    exchange = Exchange.direct("chaos-" + name);
    Queue durable = Queue.named("chaos-" + name).durable();
    queue = nodes.size() > 1 ? durable.quorum() : durable;
  }

  Size size() {
    return size;
  }

  Random random() {
    return random;
  }

  TimeLine timeLine() {
    return timeLine;
  }

  Faults faults() {
    return faults;
  }

  RabbitMqNode node() {
    return node;
  }

  RabbitMqBroker broker() {
    return broker;
  }

  Queue queue() {
    return queue;
  }

  Exchange exchange() {
    return exchange;
  }

  Destination destination() {
    return exchange.withKey("key");
  }

  Binding binding() {
    return exchange.to(queue, "key");
  }

  /** A book for as many messages as the size says. */
  Ledger ledger() {
    return new Ledger(timeLine, size.messages(), PATIENCE_MILLIS, 1);
  }

  /** Something to be closed at the end, the last first. */
  <T extends AutoCloseable> T with(T resource) {
    resources.add(resource);
    if (resource instanceof Postage postage) {
      watch(postage);
    }
    return resource;
  }

  /** What this sends again is seen. */
  void watch(Postage postage) {
    resends.watch(postage);
  }

  FaultyProxy proxy() throws IOException {
    return with(new FaultyProxy(node.port()));
  }

  /** For a connection straight to the node. */
  Postage.Builder direct() {
    return Postage.builder().uri(broker.uri().toString());
  }

  /** For a connection through a proxy, which is missed within two seconds. */
  Postage.Builder through(FaultyProxy proxy) {
    return direct().port(proxy.port()).heartbeat(Duration.ofSeconds(1));
  }

  /**
   * So many moments at random, as counts of messages, in order: evenly spread, each anywhere in its
   * share.
   */
  List<Integer> moments(int count) {
    int share = size.messages() / (count + 1);
    List<Integer> moments = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      moments.add(share / 4 + i * share + random.nextInt(share));
    }
    return moments;
  }

  /** Waits for something; false if it does not come to pass in time. */
  static boolean within(Duration limit, BooleanSupplier condition) {
    try {
      await()
          .atMost(limit)
          .pollDelay(Duration.ZERO)
          .pollInterval(Duration.ofMillis(20))
          .until(condition::getAsBoolean);
      return true;
    } catch (ConditionTimeoutException e) {
      return false;
    }
  }

  /** Lets time pass during which something is expected not to happen, or nothing at all. */
  static void pass(Duration time) {
    boolean ignored = within(time, () -> false);
  }

  /**
   * Waits until every sender was told what became of its message, and what was confirmed has
   * arrived; then looks for what is left over.
   */
  void finish(Ledger ledger, Postage receiving, Report report)
      throws IOException, TimeoutException {
    boolean isSettled =
        within(Duration.ofMillis(PATIENCE_MILLIS + 2_000), ledger::isEverythingSettled);
    report.complainUnless(isSettled, "not every sender was told what became of its message");
    boolean hasSettledDown =
        within(Size.limit(Duration.ofSeconds(60)), new Arrivals(ledger)::areOver);
    report.complainUnless(hasSettledDown, "messages still arrived after a minute");
    boolean isQuiet =
        within(Size.limit(Duration.ofSeconds(20)), () -> receiving.isIdle() && left() == 0);
    report.complainUnless(isQuiet, "messages are left in the queue, or in a handler");
    report.complainUnless(
        within(Size.limit(Duration.ofSeconds(10)), receiving::isReady), "not ready again");
    drain(ledger, report);
    resends.look();
    ledger.check(report);
    report.complainUnless(
        !ledger.isStill() && ledger.recoveryMillis().orElse(0) <= Size.limit(30_000),
        "nothing moved for 30 s after a fault was over");
  }

  /** Looks whether all is there, or nothing comes any more. */
  private final class Arrivals {
    private final Ledger ledger;
    private int arrived;
    private int since = timeLine.now();

    Arrivals(Ledger ledger) {
      this.ledger = ledger;
    }

    boolean areOver() {
      if (ledger.arrived() != arrived || left() != 0) {
        arrived = ledger.arrived();
        since = timeLine.now();
      }
      return ledger.isEverythingThere() || timeLine.now() - since > QUIET_MILLIS;
    }
  }

  /** How many messages wait in the queue; -1 while nobody can tell. */
  int left() {
    return observer.left(queue.name());
  }

  /** How many consume the queue; -1 while nobody can tell. */
  int consumers() {
    return observer.consumers(queue.name());
  }

  private void drain(Ledger ledger, Report report) throws IOException, TimeoutException {
    int drained = 0;
    for (GetResponse left = observer.channel().basicGet(queue.name(), true);
        left != null;
        left = observer.channel().basicGet(queue.name(), true)) {
      ledger.received(number(left.getBody()), left.getEnvelope().isRedeliver());
      drained++;
    }
    report.must("left in the queue", drained);
  }

  /** The number in a message's body, or -1. */
  static int number(byte[] body) {
    Matcher matcher = NUMBER.matcher(new String(body, StandardCharsets.UTF_8));
    return matcher.find() ? Integer.parseInt(matcher.group(1)) : -1;
  }

  /** Deletes a queue that the scenario made beside its own. */
  void delete(String other) throws IOException, TimeoutException {
    observer.channel().queueDelete(other);
  }

  /** Whatever the scenario left behind at the broker or in this JVM, after it closed all. */
  void checkLeaks(Report report) throws IOException, TimeoutException {
    observer.channel().queueDelete(queue.name());
    observer.channel().exchangeDelete(exchange.name());
    observer.close();
    report.must("leaks", Leaks.check(node, threadsBefore, report));
  }

  /** What one wants to see when it failed. */
  String diagnosis() {
    List<String> tail = new ArrayList<>();
    for (int i = 0; i < nodes.size(); i++) {
      List<String> log = nodes.get(i).logSince(logPositions.get(i)).lines().toList();
      tail.addAll(log.subList(Math.max(0, log.size() - 60), log.size()));
    }
    return name
        + ": to play it again, -Dpostage.chaos.seed="
        + seed
        + "\ntime line:\n"
        + timeLine
        + "\nRabbitMQ's log:\n"
        + String.join("\n", tail);
  }

  @Override
  public void close() {
    for (int i = resources.size() - 1; i >= 0; i--) {
      try {
        resources.get(i).close();
      } catch (Exception e) {
        throw new IllegalStateException("not closed: " + resources.get(i), e);
      }
    }
    resources.clear();
    resends.close();
    observer.close();
  }
}
