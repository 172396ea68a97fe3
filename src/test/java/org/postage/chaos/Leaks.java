package org.postage.chaos;

import java.time.Duration;
import java.util.List;
import org.postage.rabbitmq.RabbitMqNode;

/** What is left when all was closed. */
final class Leaks {
  private static final Duration LIMIT = Size.limit(Duration.ofSeconds(10));
  private static final String NOTHING = "{0,0,[]}";

  private static final String COUNT =
      "{length(rabbit_networking:connections()), length(rabbit_channel:list()),"
          // The queues in which messages wait for their next attempt are there for good.
          + " [N || Q <- rabbit_amqqueue:list(), N <- [element(4, amqqueue:get_name(Q))],"
          + " binary:match(N, <<\"postage.delay\">>) =:= nomatch]}.";

  private Leaks() {}

  /** The names of the library's and the client's threads that run now. */
  static List<String> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.contains("postage") || name.contains("AMQP"))
        .sorted()
        .toList();
  }

  /** How many kinds of things are left: threads here; connections, channels, queues there. */
  static int check(RabbitMqNode node, int threadsBefore, Report report) {
    int leaks = 0;
    if (!Stage.within(LIMIT, () -> threads().size() <= threadsBefore)) {
      report.note("threads left: " + threads());
      leaks++;
    }
    String left = left(node);
    if (!left.equals(NOTHING)) {
      report.note("connections, channels, queues left: " + left);
      leaks++;
    }
    return leaks;
  }

  // Asked to the end each time: on a busy machine one answer may take longer than the limit.
  private static String left(RabbitMqNode node) {
    long end = System.nanoTime() + LIMIT.toNanos();
    String left;
    do {
      left = node.ctl("eval", COUNT).strip();
    } while (!left.equals(NOTHING) && System.nanoTime() < end);
    return left;
  }
}
