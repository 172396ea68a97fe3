package org.postage.chaos;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.DeliverCallback;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postage.Postage;
import org.postage.rabbitmq.RabbitMq;
import org.postage.transport.Headers;

/** G8: what is no message, among as many good ones, through the broker. */
@Tag(RabbitMq.ONLY)
@Timeout(600)
class MalformedDeliveriesIT {
  private static final Size SIZE =
      Size.of(new Size(1_000, 1_000, Duration.ZERO), new Size(20_000, 20_000, Duration.ZERO));
  private static final String UNREADABLE = "unreadable";
  private static final String UNFIT = "unfit";
  private static final String LONG_NAME = "x".repeat(1_200);
  private static final int BIG_EVERY = 1_000;
  private static final int KINDS = 10;
  private static final int NO_NUMBER = 6;

  private static final String GOOD =
      """
      {"type": "command", "name": "number", "category": "message", "version": "2", \
      "fingerprint": {}, "content": {"parameters": 1}, "_reserved": {}}""";

  @Test
  void everyGoodMessageIsHandledAndEveryBadOneIsPutAsideAmongEachOther() {
    Chaos.play("G8", "malformed deliveries among good", SIZE, MalformedDeliveriesIT::play);
  }

  private static void play(Stage stage, Report report) throws Exception {
    Ledger good = stage.ledger();
    Ledger bad = new Ledger(stage.timeLine(), stage.size().faults(), Stage.PATIENCE_MILLIS, 1);
    String[] reasons = new String[stage.size().faults()];
    Postage receiving = stage.with(stage.direct().connect());
    String parked = stage.queue().name() + ".parked";
    stage.with(new Silence());
    try (Connection connection = stage.broker().connect();
        Channel channel = connection.createChannel()) {
      receiving
          .processor(stage.binding())
          .handlers(new Receiver(good))
          .parking()
          .prefetch(100)
          .start();
      Postage sending = stage.with(stage.direct().connect());
      Senders.Numbers client = sending.producer(Senders.Numbers.class, stage.destination());
      List<String> connections = connections(stage);

      Senders senders = Senders.start(good, client::message_number, 1, 0);
      publishBad(stage, bad, reasons);
      channel.basicConsume(parked, true, parking(bad, reasons), tag -> {});

      report.complainUnless(
          senders.await(Size.limit(Duration.ofSeconds(60))), "senders did not end");
      stage.finish(good, receiving, report);
      report.complainUnless(
          Stage.within(Duration.ofSeconds(60), bad::isEverythingThere),
          "not everything malformed was put aside");
      bad.check(report);
      report.faults(bad.attempts());
      report.verdict("bad and put aside twice", countTwice(bad));
      report.complainUnless(connections.equals(connections(stage)), "somebody reconnected");
      stage.delete(parked);
    }
  }

  private static List<String> connections(Stage stage) {
    return stage
        .node()
        .ctl("list_connections", "pid", "client_properties", "--no-table-headers")
        .lines()
        .filter(line -> line.contains("postage-"))
        .sorted()
        .toList();
  }

  // Parked for another reason than its own, a message counts as one that nobody sent.
  private static DeliverCallback parking(Ledger bad, String[] reasons) {
    return (tag, delivery) -> {
      Map<String, Object> headers = delivery.getProperties().getHeaders();
      int number = Integer.parseInt(delivery.getProperties().getMessageId());
      bad.parked(reasons[number].equals(String.valueOf(headers.get(Headers.REASON))) ? number : -1);
    };
  }

  private static int countTwice(Ledger bad) {
    int twice = 0;
    for (int i = 0; i < bad.attempts(); i++) {
      twice += bad.parkings(i) > 1 ? 1 : 0;
    }
    return twice;
  }

  private static void publishBad(Stage stage, Ledger bad, String[] reasons) throws Exception {
    try (Connection connection = stage.broker().connect();
        Channel channel = connection.createChannel()) {
      channel.confirmSelect();
      int first = 0;
      for (int number = bad.attempt(); number >= 0; number = bad.attempt()) {
        int kind = stage.random().nextInt(KINDS);
        reasons[number] = kind == NO_NUMBER && !isBig(number) ? UNFIT : UNREADABLE;
        channel.basicPublish(
            stage.exchange().name(),
            "key",
            true,
            properties(stage.random(), number),
            isBig(number) ? big() : body(stage.random(), kind));
        if (number % 500 == 499) {
          first = confirm(channel, bad, first, number);
        }
      }
      confirm(channel, bad, first, bad.attempts() - 1);
    }
  }

  private static int confirm(Channel channel, Ledger bad, int first, int last)
      throws IOException, InterruptedException {
    channel.waitForConfirmsOrDie();
    for (int number = first; number <= last; number++) {
      bad.settled(number, null);
    }
    return last + 1;
  }

  private static BasicProperties properties(Random random, int number) {
    BasicProperties.Builder properties =
        new BasicProperties.Builder().messageId(Integer.toString(number)).deliveryMode(2);
    switch (random.nextInt(5)) {
      case 0 -> properties.replyTo("amq.gen-nobody").correlationId("é".repeat(127));
      case 1 -> properties.replyTo("somebody-elses-queue").contentType("application/json");
      case 2 -> properties.headers(Map.of("é".repeat(127), Map.of("deep", Map.of("er", 1L))));
      case 3 -> properties.type("\u001b[31m\r\n").appId("\u0000").contentType("application/json");
      default -> properties.contentType("application/json");
    }
    return properties.build();
  }

  private static boolean isBig(int number) {
    return number % BIG_EVERY == BIG_EVERY - 1;
  }

  private static byte[] big() {
    byte[] big = new byte[2 << 20];
    Arrays.fill(big, (byte) '[');
    return big;
  }

  private static byte[] body(Random random, int kind) {
    return switch (kind) {
      case 0 -> randomBytes(random);
      case 1 -> bytes(GOOD.substring(0, random.nextInt(GOOD.length() - 1)));
      case 2 -> bytes("[".repeat(1 + random.nextInt(10_000)));
      case 3 -> bytes(GOOD.replace("\"message\"", "\"rcp\\r\\n\\u001b[31m\""));
      case 4 -> bytes(GOOD.replace("\"2\"", "\"" + random.nextInt(3, 99) + "\""));
      case 5 -> bytes(GOOD.replace("{\"parameters\": 1}", "7"));
      case NO_NUMBER -> bytes(GOOD.replace(": 1}", ": \"no number\"}"));
      case 7 -> bytes(GOOD.replace("_reserved", LONG_NAME));
      case 8 -> bytes(GOOD.replace(": 1}", ": 1" + "0".repeat(2_000) + "}"));
      default -> mutated(random);
    };
  }

  // A byte above 127 alone is no UTF-8, wherever it stands.
  private static byte[] mutated(Random random) {
    byte[] body = bytes(GOOD);
    body[random.nextInt(body.length)] = (byte) 0xff;
    return body;
  }

  private static byte[] randomBytes(Random random) {
    byte[] body = new byte[random.nextInt(400)];
    random.nextBytes(body);
    return body;
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
