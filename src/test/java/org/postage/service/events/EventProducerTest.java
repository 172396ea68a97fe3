package org.postage.service.events;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postage.Postage;
import org.postage.embedded.EmbeddedBroker;

@Timeout(600)
class EventProducerTest {
  // The common pool of a machine with two processors takes a new thread for each task.
  @Test
  void confirmationsAreToldWhereCallbacksRun() {
    AtomicInteger tasks = new AtomicInteger();
    try (EmbeddedBroker broker = EmbeddedBroker.start();
        Postage postage =
            Postage.builder()
                .uri(broker.uri().toString())
                .fingerprint("shop", "test")
                .executor(
                    task -> {
                      tasks.incrementAndGet();
                      task.run();
                    })
                .connect()) {
      EventProducer events = EventProducer.of(postage, "shop", EventStyle.NAMEKO);

      events.send("placed", 7).join();

      assertThat(tasks.get()).isEqualTo(1);
    }
  }
}
