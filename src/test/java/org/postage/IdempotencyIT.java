package org.postage;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.rabbitmq.client.AMQP.BasicProperties;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import java.io.IOException;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.h2.jdbcx.JdbcDataSource;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.postage.encoding.JsonEncoder;
import org.postage.handler.Idempotent;
import org.postage.handler.InMemoryIdempotencyStore;
import org.postage.handler.MessageHandler;
import org.postage.handler.Retry;
import org.postage.handler.RpcHandler;
import org.postage.jdbc.JdbcIdempotencyStore;
import org.postage.message.Message;
import org.postage.message.MessageFormat;
import org.postage.pipeline.RetryPolicy.Backoff;
import org.postage.rabbitmq.RabbitMq;
import org.postage.rabbitmq.RabbitMqBroker;
import org.postage.topology.Exchange;
import org.postage.topology.Queue;

/** A message that comes twice is handled once, where its handler says so. */
@RabbitMq
@Timeout(600)
class IdempotencyIT {
  private static final Duration QUIET = Duration.ofMillis(300);

  private final Postage postage;
  private final Connection connection;
  private final Channel channel;
  private final Exchange exchange = Exchange.direct(TestPostage.unique("once"));
  private final String queue = TestPostage.unique("once");
  private final Heard<String> heard = new Heard<>();
  private final String id = UUID.randomUUID().toString();

  IdempotencyIT(RabbitMqBroker broker) throws Exception {
    postage = TestPostage.connect(broker);
    connection = broker.connect();
    channel = connection.createChannel();
  }

  @AfterEach
  void close() {
    postage.close();
    connection.abort();
  }

  private MessageProcessor.Builder processor(String name, Object handler) {
    return postage.processor(exchange.to(Queue.named(name).durable(), "key")).handlers(handler);
  }

  private void send(Message message, String messageId, @Nullable String replyTo)
      throws IOException {
    BasicProperties properties =
        new BasicProperties.Builder()
            .contentType("application/json")
            .messageId(messageId)
            .replyTo(replyTo)
            .build();
    channel.basicPublish(
        exchange.name(), "key", properties, new JsonEncoder().encode(MessageFormat.toMap(message)));
  }

  private void send(String text, String messageId) throws IOException {
    send(Message.command("work", text), messageId, null);
  }

  /** Hears what it is given, and fails at first where it is told to. */
  final class Worker {
    private final AtomicInteger failures;

    Worker(int failures) {
      this.failures = new AtomicInteger(failures);
    }

    @Idempotent
    @Retry(attempts = 3, backoff = Backoff.CONSTANT, delayMillis = 100, maxDelayMillis = 100)
    @MessageHandler("work")
    void work(String text) throws IOException {
      heard.add(text);
      if (failures.getAndDecrement() > 0) {
        throw new IOException("no luck with " + text);
      }
    }
  }

  @Test
  void messageThatIsSentTwiceIsHandledOnce() throws Exception {
    processor(queue, new Worker(0)).start();

    send("first", id);
    send("first", id);
    send("second", "another " + id);

    assertThat(heard.next(2)).containsExactly("first", "second");
    heard.staysSilentFor(QUIET);
  }

  @Test
  void handlerThatFailedRunsAgainUntilItWorksAndThenNoMore() throws Exception {
    processor(queue, new Worker(2)).start();

    send("it", id);
    heard.next(3);
    send("it", id);

    heard.staysSilentFor(QUIET);
  }

  @Test
  void processorsMayShareWhatWasHandled() throws Exception {
    InMemoryIdempotencyStore store = new InMemoryIdempotencyStore();
    processor(queue, new Worker(0)).idempotencyStore(store).start();
    processor(queue + "-2", new Worker(0)).idempotencyStore(store).start();

    send("it", id);

    assertThat(heard.next()).isEqualTo("it");
    heard.staysSilentFor(QUIET);
  }

  @Test
  void requestThatComesAgainGetsTheFirstAnswer() throws Exception {
    AtomicInteger count = new AtomicInteger();
    class Counter {
      @Idempotent
      @RpcHandler("count")
      int count() {
        return count.incrementAndGet();
      }
    }
    processor(queue, new Counter()).start();
    String replies = channel.queueDeclare().getQueue();
    channel.basicConsume(
        replies, true, (tag, reply) -> heard.add(new String(reply.getBody(), UTF_8)), tag -> {});

    send(Message.rpc("count"), id, replies);
    send(Message.rpc("count"), id, replies);
    send(Message.rpc("count"), "another " + id, replies);

    List<String> answers = heard.next(3);
    assertThat(answers.get(1)).isEqualTo(answers.get(0));
    assertThat(answers.get(2)).isNotEqualTo(answers.get(0));
    assertThat(count).hasValue(2);
  }

  // It waits for the other one to end.
  @Test
  void messageThatIsBeingHandledElsewhereIsNotHandledBesideThat() throws Exception {
    CountDownLatch mayEnd = new CountDownLatch(1);
    class Slow {
      @Idempotent
      @MessageHandler("work")
      void work(String text) throws InterruptedException {
        heard.add(text);
        mayEnd.await();
      }
    }
    processor(queue, new Slow()).concurrency(2).start();

    send("it", id);
    assertThat(heard.next()).isEqualTo("it");
    send("it", id);
    heard.staysSilentFor(QUIET);
    mayEnd.countDown();

    heard.staysSilentFor(QUIET);
  }

  @Test
  void whatAHandlerWritesIsThereOnceAndOnlyIfItSucceeds() throws Exception {
    JdbcDataSource h2 = new JdbcDataSource();
    h2.setURL("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
    JdbcIdempotencyStore store = new JdbcIdempotencyStore(h2);
    store.createTable();
    execute(h2, "CREATE TABLE orders (item VARCHAR(100))");
    AtomicInteger failures = new AtomicInteger(1);
    class Orders {
      @Idempotent
      @Retry(attempts = 3, backoff = Backoff.CONSTANT, delayMillis = 100, maxDelayMillis = 100)
      @MessageHandler("work")
      void order(String item) throws Exception {
        try (PreparedStatement insert =
            store.connection().prepareStatement("INSERT INTO orders VALUES (?)")) {
          insert.setString(1, item);
          insert.executeUpdate();
        }
        heard.add(item);
        if (failures.getAndDecrement() > 0) {
          throw new IOException("no luck with " + item);
        }
      }
    }
    processor(queue, new Orders()).idempotencyStore(store).start();

    send("tea", id);
    send("tea", id);
    send("coffee", "another " + id);

    assertThat(heard.next(3)).containsExactlyInAnyOrder("tea", "tea", "coffee");
    heard.staysSilentFor(QUIET);
    assertThat(query(h2, "SELECT item FROM orders ORDER BY item")).containsExactly("coffee", "tea");
    assertThat(query(h2, "SELECT COUNT(*) FROM postage_handled")).containsExactly("2");
  }

  private static void execute(JdbcDataSource h2, String sql) throws SQLException {
    try (java.sql.Connection database = h2.getConnection();
        Statement statement = database.createStatement()) {
      statement.execute(sql);
    }
  }

  private static List<String> query(JdbcDataSource h2, String sql) throws SQLException {
    List<String> values = new ArrayList<>();
    try (java.sql.Connection database = h2.getConnection();
        Statement statement = database.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      while (rows.next()) {
        values.add(rows.getString(1));
      }
    }
    return values;
  }
}
