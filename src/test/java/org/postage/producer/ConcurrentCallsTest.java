package org.postage.producer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.postage.producer.Bench.TO;
import static org.postage.producer.Bench.bareReply;
import static org.postage.producer.Bench.reply;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Timeout;
import org.postage.message.Message;
import org.postage.message.Result;
import org.postage.transport.InMemoryTransport.Published;

/**
 * About {@link Call} and {@link Requests} on many threads: every reply names its own call. What may
 * happen in which order is {@link CallStatesTest}'s.
 */
class ConcurrentCallsTest {
  @RepeatedTest(2)
  @Timeout(600)
  void concurrentCallsGetTheirOwnRepliesFromServersWithAndWithoutIds() throws Exception {
    ExecutorService servers = Executors.newFixedThreadPool(4);
    ExecutorService callers = Executors.newFixedThreadPool(8);
    try {
      Bench bench = new Bench(servers);
      Outbox outbox = bench.outbox(TO);
      ConcurrentLinkedQueue<String> wrong = new ConcurrentLinkedQueue<>();
      bench.transport.onPublish(
          request -> {
            servers.execute(() -> serve(bench, request));
            return CompletableFuture.completedFuture(null);
          });

      List<Future<?>> all = new ArrayList<>();
      for (int caller = 0; caller < 8; caller++) {
        String name = "caller-" + caller + "-";
        String key = "server-" + caller % 3;
        all.add(
            callers.submit(
                () -> {
                  for (int i = 0; i < 100; i++) {
                    Result result = outbox.call(Message.rpc(name + i), SendOption.key(key));
                    if (!result.equals(Result.success(name + i))) {
                      wrong.add(name + i + " got " + result);
                    }
                  }
                }));
      }
      for (Future<?> each : all) {
        each.get(100, TimeUnit.SECONDS);
      }

      assertThat(wrong).isEmpty();
      assertThat(bench.timer.waiting()).isZero();
    } finally {
      callers.shutdownNow();
      servers.shutdownNow();
    }
  }

  // Every answer comes twice.
  private static void serve(Bench bench, Published request) {
    Result result = Result.success(Bench.message(request).name());
    for (int i = 0; i < 2; i++) {
      bench.transport.deliver(
          request.replyTo(),
          request.to().routingKey().equals("server-0")
              ? bareReply(result)
              : reply(result, request.correlationId()));
    }
  }
}
