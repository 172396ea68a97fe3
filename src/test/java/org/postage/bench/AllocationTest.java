package org.postage.bench;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;
import org.postage.transport.Delivery;

/**
 * What the library allocates for a message, beside bare Jackson for the same one. Unlike times, it
 * does not depend on the machine. {@code ./bench jmh} measures the same, and times.
 */
class AllocationTest {
  // To be 1.5 when content is read from the parser that reads its dictionary, and when what is
  // written needs no map.
  private static final double SENDING_BOUND = 5.5;
  private static final double RECEIVING_BOUND = 4.8;

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final int WARM_UP = 20_000;
  private static final int CALLS = 20_000;

  private final NoBroker library = new NoBroker();

  @Test
  void sendingAllocatesLittleMoreThanJacksonAlone() {
    double jackson = bytesPerCall(() -> Wire.message(Order.SAMPLE));

    double ours = bytesPerCall(() -> library.send(Order.SAMPLE));

    assertThat(ours / jackson)
        .as("%.0f bytes beside %.0f of Jackson", ours, jackson)
        .isLessThan(SENDING_BOUND);
  }

  @Test
  void receivingAllocatesLittleMoreThanJacksonAlone() {
    Delivery delivery = NoBroker.delivery(library.send(Order.SAMPLE));
    byte[] body = delivery.message().body();
    double jackson = bytesPerCall(() -> Wire.order(body));

    double ours = bytesPerCall(() -> library.receive(delivery));

    assertThat(ours / jackson)
        .as("%.0f bytes beside %.0f of Jackson", ours, jackson)
        .isLessThan(RECEIVING_BOUND);
  }

  // So that the figures above are about the same work.
  @Test
  void jacksonAloneReadsAndWritesTheSameMessage() {
    byte[] ours = library.send(Order.SAMPLE).body();

    assertThat(Wire.order(ours)).isEqualTo(Order.SAMPLE);
    assertThat(ours).isEqualTo(Wire.message(Order.SAMPLE));
    assertThat(library.receive(NoBroker.delivery(library.send(Order.SAMPLE))))
        .isEqualTo(Order.SAMPLE);
  }

  private static double bytesPerCall(Runnable call) {
    long id = Thread.currentThread().getId();
    repeat(call, WARM_UP);
    long before = THREADS.getThreadAllocatedBytes(id);
    repeat(call, CALLS);
    return (THREADS.getThreadAllocatedBytes(id) - before) / (double) CALLS;
  }

  private static void repeat(Runnable call, int times) {
    for (int i = 0; i < times; i++) {
      call.run();
    }
  }
}
