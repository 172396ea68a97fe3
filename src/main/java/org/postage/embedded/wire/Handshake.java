package org.postage.embedded.wire;

import com.rabbitmq.client.impl.AMQImpl;
import com.rabbitmq.client.impl.Frame;
import com.rabbitmq.client.impl.LongStringHelper;
import com.rabbitmq.client.impl.Method;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.postage.embedded.model.Broker;
import org.postage.embedded.model.Refusal;
import org.postage.embedded.model.ReplyCode;
import org.postage.embedded.model.VirtualHost;

/**
 * The first words between a client and the broker: who it is, which limits hold, which virtual host
 * it wants.
 *
 * <p>Until it is over a client gets no more memory than a small frame, and no more time than the
 * handshake timeout.
 */
final class Handshake {
  private static final String MECHANISMS = "AMQPLAIN PLAIN";
  private static final int SMALLEST_FRAME_MAX = 4096;

  private final FrameReader in;
  private final ClientConnection connection;
  private final Settings settings;
  private final Broker broker;

  Handshake(FrameReader in, ClientConnection connection, Settings settings, Broker broker) {
    this.in = in;
    this.connection = connection;
    this.settings = settings;
    this.broker = broker;
  }

  /** Speaks with the client until it is connected. */
  Agreement agree() throws IOException {
    connection.send(
        new AMQImpl.Connection.Start(
            0,
            9,
            ServerProperties.TABLE,
            LongStringHelper.asLongString(MECHANISMS),
            LongStringHelper.asLongString("en_US")));
    AMQImpl.Connection.StartOk startOk = read(AMQImpl.Connection.StartOk.class);
    Map<String, Object> clientProperties = startOk.getClientProperties();
    String user = login(startOk, clientProperties);

    connection.send(
        new AMQImpl.Connection.Tune(
            settings.channelMax(), settings.frameMax(), (int) settings.heartbeat().toSeconds()));
    AMQImpl.Connection.TuneOk tuneOk = read(AMQImpl.Connection.TuneOk.class);
    requireWithin("frame_max", tuneOk.getFrameMax(), SMALLEST_FRAME_MAX, settings.frameMax());
    requireWithin("channel_max", tuneOk.getChannelMax(), 1, settings.channelMax());

    AMQImpl.Connection.Open open = read(AMQImpl.Connection.Open.class);
    String name = open.getVirtualHost();
    VirtualHost vhost =
        broker
            .locked(() -> broker.vhost(name))
            .orElseThrow(() -> new Refusal(ReplyCode.NOT_ALLOWED, "vhost " + name + " not found"));
    return new Agreement(
        user,
        clientProperties,
        vhost,
        tuneOk.getFrameMax(),
        tuneOk.getChannelMax(),
        Duration.ofSeconds(tuneOk.getHeartbeat()));
  }

  private <M extends Method> M read(Class<M> expected) throws IOException {
    Frame frame = in.read();
    connection.passFrozen();
    Method method = connection.decode(frame);
    if (!expected.isInstance(method)) {
      throw new HandshakeException(
          method.protocolMethodName() + " (expected: " + expected.getSimpleName() + ")");
    }
    return expected.cast(method);
  }

  private String login(AMQImpl.Connection.StartOk startOk, Map<String, Object> clientProperties)
      throws IOException {
    String mechanism = startOk.getMechanism();
    Credentials given =
        switch (mechanism) {
          case "PLAIN" -> Credentials.plain(startOk.getResponse().getBytes());
          case "AMQPLAIN" -> Credentials.amqplain(startOk.getResponse().getBytes());
          default ->
              throw new HandshakeException(
                  "mechanism: " + mechanism + " (expected: one of " + MECHANISMS + ")");
        };
    if (!given.are(settings.user(), settings.password())) {
      String text =
          "Login was refused using authentication mechanism "
              + mechanism
              + ". For details see the broker logfile.";
      if (!ServerProperties.capable(clientProperties, "authentication_failure_close")) {
        throw new HandshakeException(text);
      }
      throw Refusal.access(text);
    }
    return given.user();
  }

  private static void requireWithin(String what, int value, int least, int most)
      throws HandshakeException {
    if (value < least || value > most) {
      throw new HandshakeException(
          "negotiated " + what + ": " + value + " (expected: " + least + " to " + most + ")");
    }
  }

  /** The client did not speak as one should; it is dropped without a word, as RabbitMQ does. */
  static final class HandshakeException extends IOException {
    HandshakeException(String message) {
      super(message);
    }
  }

  /**
   * What both sides agreed on.
   *
   * @param user who logged in
   * @param clientProperties what the client says of itself
   * @param vhost where it works
   * @param frameMax longest frame, in octets
   * @param channelMax most channels
   * @param heartbeat longest silence that is not to be broken by a heartbeat; zero for no limit
   */
  record Agreement(
      String user,
      Map<String, Object> clientProperties,
      VirtualHost vhost,
      int frameMax,
      int channelMax,
      Duration heartbeat) {}
}
