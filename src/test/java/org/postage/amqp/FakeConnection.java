package org.postage.amqp;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.AlreadyClosedException;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.Connection;
import com.rabbitmq.client.Consumer;
import com.rabbitmq.client.ShutdownSignalException;
import java.io.IOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.net.Socket;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A connection without a broker, as far as tenants of a link talk to one: it opens channels, and
 * they take down what is asked of them. Not thread-safe.
 */
@SuppressWarnings("StatementSwitchToExpressionSwitch")
final class FakeConnection {
  /** What publishing does, or throws. */
  @FunctionalInterface
  interface Publishing {
    void run() throws IOException;
  }

  /** What became of one delivery. */
  record Settled(long tag, String how) {}

  final List<FakeChannel> channels = new ArrayList<>();
  boolean isFailing;
  // Closed when the connection is given up.
  final Socket socket = new Socket();
  private int queues;

  private final Connection client =
      proxy(
          Connection.class,
          (self, method, arguments) ->
              switch (method.getName()) {
                case "createChannel" -> newChannel().client;
                case "getServerProperties" -> Map.of("version", "3.13.0");
                case "equals" -> self == arguments[0];
                default -> throw new AssertionError(method);
              });

  final BrokerConnection broker =
      new BrokerConnection(new BrokerAddress("localhost", 5672), client, socket, null);

  FakeChannel last() {
    return channels.get(channels.size() - 1);
  }

  private FakeChannel newChannel() throws IOException {
    if (isFailing) {
      throw new IOException("no channel");
    }
    FakeChannel channel = new FakeChannel();
    channels.add(channel);
    return channel;
  }

  /** A channel: open until somebody closes it. */
  final class FakeChannel implements InvocationHandler {
    final Channel client = proxy(Channel.class, this);
    final Map<String, Consumer> consumers = new LinkedHashMap<>();
    final List<Settled> settled = new ArrayList<>();
    final List<String> commands = new ArrayList<>();
    boolean isOpen = true;
    // What happens when somebody publishes.
    Publishing publishing = () -> {};
    private long deliveries;

    /** The number of the next delivery. */
    long nextTag() {
      return ++deliveries;
    }

    /** How a delivery was settled; null while it is not. */
    @Nullable String settled(long tag) {
      for (Settled each : settled) {
        if (each.tag() == tag) {
          return each.how();
        }
      }
      return null;
    }

    @Override
    public @Nullable Object invoke(Object self, java.lang.reflect.Method method, Object[] arguments)
        throws IOException {
      switch (method.getName()) {
        case "isOpen":
          return isOpen;
        case "equals":
          return self == arguments[0];
        case "hashCode":
          return System.identityHashCode(self);
        case "close", "abort":
          isOpen = false;
          return null;
        case "addShutdownListener",
        "addConfirmListener",
        "addReturnListener",
        "confirmSelect",
        "queueBind",
        "basicQos":
          return null;
        case "getConnection":
          return FakeConnection.this.client;
        case "basicPublish":
          publishing.run();
          return null;
        default:
          return asked(method.getName(), arguments);
      }
    }

    private void acked(long tag, boolean multiple) {
      for (long each = 1; multiple && each < tag; each++) {
        if (settled(each) == null) {
          settled.add(new Settled(each, "ACK"));
        }
      }
      settled.add(new Settled(tag, "ACK"));
      commands.add((multiple ? "ack up to " : "ack ") + tag);
    }

    private @Nullable Object asked(String what, Object[] arguments) throws IOException {
      if (!isOpen) {
        throw new AlreadyClosedException(new ShutdownSignalException(false, false, null, client));
      }
      if (isFailing) {
        throw new IOException("broken");
      }
      switch (what) {
        case "queueDeclare":
          String name = arguments[0].equals("") ? "amq.gen-" + ++queues : (String) arguments[0];
          return new AMQP.Queue.DeclareOk.Builder().queue(name).build();
        case "basicConsume":
          consumers.put((String) arguments[0], (Consumer) arguments[2]);
          return "tag-" + arguments[0];
        case "queueDeleteNoWait":
          consumers.remove((String) arguments[0]);
          return null;
        case "basicCancel":
          return null;
        case "basicAck":
          acked((long) arguments[0], (boolean) arguments[1]);
          return null;
        case "basicReject":
          String how = (boolean) arguments[1] ? "REQUEUE" : "REJECT";
          settled.add(new Settled((long) arguments[0], how));
          commands.add(how.toLowerCase(Locale.ROOT) + " " + arguments[0]);
          return null;
        default:
          throw new AssertionError(what);
      }
    }
  }

  private static <T> T proxy(Class<T> type, InvocationHandler handler) {
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, handler));
  }
}
