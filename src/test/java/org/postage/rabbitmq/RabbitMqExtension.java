package org.postage.rabbitmq;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.TestWatcher;
import org.postage.embedded.EmbeddedBroker;
import org.postage.testing.PostageExtension;

/** What {@link RabbitMq} does: one node for the JVM, one virtual host for each test class. */
public final class RabbitMqExtension
    implements BeforeAllCallback,
        AfterAllCallback,
        BeforeEachCallback,
        ParameterResolver,
        TestWatcher {
  private static final ExtensionContext.Namespace NAMESPACE =
      ExtensionContext.Namespace.create(RabbitMqExtension.class);
  private static final String LOG_POSITION = "log position";
  private static final int LINES_SHOWN = 100;

  @Override
  public void beforeAll(ExtensionContext context) {
    // The store closes the node with the root context, at the end of the run.
    Shared shared =
        context
            .getRoot()
            .getStore(NAMESPACE)
            .computeIfAbsent(Shared.class, key -> shared(), Shared.class);
    // A nested class finds the broker of the class around it.
    context
        .getStore(NAMESPACE)
        .computeIfAbsent(
            RabbitMqBroker.class, key -> shared.brokerOnFreshVhost(), RabbitMqBroker.class);
    RabbitMqBroker broker = broker(context);
    if (broker.sharedNode() != null) {
      // For tests with what users' tests are given: on the embedded broker they start their own.
      System.setProperty(PostageExtension.URI_PROPERTY, broker.uri().toString());
    }
  }

  @Override
  public void afterAll(ExtensionContext context) {
    System.clearProperty(PostageExtension.URI_PROPERTY);
  }

  @Override
  public void beforeEach(ExtensionContext context) {
    RabbitMqNode node = broker(context).sharedNode();
    if (node != null) {
      context.getStore(NAMESPACE).put(LOG_POSITION, node.logPosition());
    }
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == RabbitMqBroker.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return broker(context);
  }

  @Override
  public void testFailed(ExtensionContext context, @Nullable Throwable cause) {
    Long start = context.getStore(NAMESPACE).getOrDefault(LOG_POSITION, Long.class, 0L);
    RabbitMqNode node = broker(context).sharedNode();
    if (node == null) {
      return;
    }
    awaitQuiet(node);
    List<String> lines = node.logSince(start).lines().toList();
    List<String> tail = lines.subList(Math.max(0, lines.size() - LINES_SHOWN), lines.size());
    String head = "RabbitMQ's log during " + context.getDisplayName();
    System.err.println(head + (tail.isEmpty() ? ": empty" : ":\n" + String.join("\n", tail)));
  }

  // The broker may log a moment after its client has seen the effect.
  private static void awaitQuiet(RabbitMqNode node) {
    AtomicLong before = new AtomicLong(-1);
    try {
      Awaitility.await()
          .atMost(Duration.ofSeconds(1))
          .pollDelay(Duration.ZERO)
          .pollInterval(Duration.ofMillis(100))
          .until(() -> before.getAndSet(node.logPosition()) == node.logPosition());
    } catch (ConditionTimeoutException stillLogging) {
      // What there is will do.
    }
  }

  private static RabbitMqBroker broker(ExtensionContext context) {
    return requireNonNull(
        context.getStore(NAMESPACE).get(RabbitMqBroker.class, RabbitMqBroker.class),
        "no broker (expected: @RabbitMq on the test class)");
  }

  private static Shared shared() {
    return "embedded".equals(System.getProperty("postage.test.broker"))
        ? new SharedEmbedded()
        : new SharedNode();
  }

  /** What all test classes of a JVM share. */
  private interface Shared extends AutoCloseable {
    RabbitMqBroker brokerOnFreshVhost();

    @Override
    void close();
  }

  private static final class SharedEmbedded implements Shared {
    private final EmbeddedBroker embedded = EmbeddedBroker.start();
    private final AtomicInteger made = new AtomicInteger();

    @Override
    public RabbitMqBroker brokerOnFreshVhost() {
      return RabbitMqBroker.of(embedded, "test-" + made.incrementAndGet());
    }

    @Override
    public void close() {
      embedded.close();
    }
  }

  /** The node, and virtual hosts made ahead so that a test class does not wait for its own. */
  private static final class SharedNode implements Shared {
    private static final int AHEAD = 16;

    private final RabbitMqNode node;
    private final Queue<String> fresh = new ArrayDeque<>();
    private int made;

    SharedNode() {
      List<String> vhosts = nextNames();
      node = RabbitMqNode.start(vhosts);
      fresh.addAll(vhosts);
    }

    @Override
    public synchronized RabbitMqBroker brokerOnFreshVhost() {
      if (fresh.isEmpty()) {
        List<String> vhosts = nextNames();
        node.addVhosts(vhosts);
        fresh.addAll(vhosts);
      }
      return RabbitMqBroker.of(node, fresh.remove());
    }

    @Override
    public void close() {
      node.close();
    }

    private List<String> nextNames() {
      List<String> names = new ArrayList<>();
      for (int i = 0; i < AHEAD; i++) {
        names.add("test-" + ++made);
      }
      return names;
    }
  }
}
