package org.postage.rabbitmq;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.ConnectionFactory;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.LauncherDiscoveryRequest;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;
import org.junit.platform.launcher.listeners.TestExecutionSummary;

@Tag(RabbitMq.ONLY)
@RabbitMq
class RabbitMqIT {
  // Where First and Second note what they were given.
  private static final List<RabbitMqBroker> BROKERS = new ArrayList<>();

  private final RabbitMqBroker broker;

  RabbitMqIT(RabbitMqBroker broker) {
    this.broker = broker;
  }

  @Test
  void brokerIsReachedByItsUri() throws Exception {
    ConnectionFactory factory = new ConnectionFactory();
    factory.setUri(broker.uri());

    try (Connection connection = factory.newConnection()) {
      assertThat(connection.isOpen()).isTrue();
    }
    assertThat(factory.getVirtualHost()).isEqualTo(broker.vhost());
  }

  @Test
  void testsOfOneClassShareTheirBroker(RabbitMqBroker parameter) {
    assertThat(parameter).isEqualTo(broker);
  }

  @Nested
  class Inside {
    @Test
    void nestedClassHasTheBrokerOfTheClassAround(RabbitMqBroker parameter) {
      assertThat(parameter).isEqualTo(broker);
    }
  }

  @Test
  void classesDoNotMeetTheLogIsShownAndTheNodeEndsWithTheRun() {
    LauncherDiscoveryRequest request =
        LauncherDiscoveryRequestBuilder.request()
            .selectors(
                DiscoverySelectors.selectClass(First.class),
                DiscoverySelectors.selectClass(Second.class))
            .build();
    SummaryGeneratingListener listener = new SummaryGeneratingListener();
    ByteArrayOutputStream printed = new ByteArrayOutputStream();
    PrintStream stderr = System.err;
    System.setErr(new PrintStream(printed, true, StandardCharsets.UTF_8));
    try {
      LauncherFactory.create().execute(request, listener);
    } finally {
      System.setErr(stderr);
    }

    TestExecutionSummary summary = listener.getSummary();
    assertThat(summary.getTestsSucceededCount()).isEqualTo(1);
    assertThat(summary.getFailures())
        .singleElement()
        .satisfies(
            failure ->
                assertThat(failure.getException())
                    .isInstanceOf(IOException.class)
                    .hasStackTraceContaining("NOT_FOUND - no queue 'same-name' in vhost 'test-2'"));
    assertThat(printed.toString(StandardCharsets.UTF_8))
        .contains(
            "RabbitMQ's log during looksForIt(RabbitMqBroker):", "not_found: no queue 'same-name'")
        .doesNotContain("Server startup complete");
    assertThat(BROKERS).extracting(RabbitMqBroker::vhost).containsExactly("test-1", "test-2");
    assertThat(BROKERS.get(0).node()).isSameAs(BROKERS.get(1).node());
    assertThat(BROKERS.get(0).node().directory()).doesNotExist();
    assertThatThrownBy(BROKERS.get(0)::connect).isInstanceOf(IOException.class);
  }

  // Run by a test above, as the classes of a run of their own.
  @RabbitMq
  static class First {
    @Test
    void declares(RabbitMqBroker broker) throws Exception {
      BROKERS.add(broker);
      try (Connection connection = broker.connect();
          Channel channel = connection.createChannel()) {
        channel.queueDeclare("same-name", true, false, false, Map.of());
      }
    }
  }

  @RabbitMq
  static class Second {
    @Test
    void looksForIt(RabbitMqBroker broker) throws Exception {
      BROKERS.add(broker);
      try (Connection connection = broker.connect();
          Channel channel = connection.createChannel()) {
        channel.queueDeclarePassive("same-name");
      }
    }
  }
}
