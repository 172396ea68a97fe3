package org.postage;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.postage.amqp.AmqpTransport;
import org.postage.amqp.BrokerUri;
import org.postage.amqp.ConnectionSettings;
import org.postage.amqp.Tls;
import org.postage.encoding.Encoder;
import org.postage.encoding.Encoders;
import org.postage.encoding.JsonEncoder;
import org.postage.handler.DeliveryCounts;
import org.postage.handler.Dispatcher;
import org.postage.handler.Invocation;
import org.postage.message.Fingerprint;
import org.postage.pipeline.Interceptor;
import org.postage.producer.Producers;
import org.postage.producer.Publication;
import org.postage.producer.Receipt;
import org.postage.topology.Binding;
import org.postage.topology.Destination;
import org.postage.transport.Health;
import org.postage.transport.Outcome;
import org.postage.transport.Transport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The way in: a component's connections to one broker, from which its producers, processors and
 * applications are made.
 *
 * <pre>{@code
 * interface EchoProducer {
 *   void message_echo(String text);
 * }
 *
 * Exchange exchange = Exchange.direct("echo-exchange");
 * try (Postage postage = Postage.connect()) {
 *   postage.producer(EchoProducer.class, exchange.withKey("echo-rk")).message_echo("A test message");
 * }
 * }</pre>
 *
 * <p>Thread-safe. Its threads are daemons.
 */
public final class Postage implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Postage.class);
  private static final int POOL_THREADS = 4;
  // Of closing: what is for callbacks, what for them and the connections, and what for all that
  // comes
  // after the time that running handlers have.
  private static final Duration CALLBACKS_TIMEOUT = Duration.ofSeconds(2);
  private static final Duration AFTER_PROCESSORS = Duration.ofSeconds(9);
  private static final Duration CLOSE_OVERHEAD = Duration.ofSeconds(15);

  private final Fingerprint fingerprint;
  private final Encoders encoders;
  private final Transport transport;
  private final Pattern replyAddresses;
  private final Control control;
  private final Runnable restart;
  private final List<Interceptor<Invocation, Outcome>> incoming;
  private final ScheduledThreadPoolExecutor timer;
  // Apart: a user's callback that waits for a reply must not keep a request from being sent.
  private final ThreadPoolExecutor sending;
  private final ThreadPoolExecutor callbacks;
  private final Executor executor;
  private final Producers producers;
  private final List<MessageProcessor> processors = new CopyOnWriteArrayList<>();
  private final DeliveryCounts deliveries = new DeliveryCounts();
  private final List<AutoCloseable> companions = new ArrayList<>();
  private final AtomicBoolean isClosed = new AtomicBoolean();
  private final AtomicBoolean isRestarting = new AtomicBoolean();
  private final CountDownLatch closed = new CountDownLatch(1);

  private Postage(Builder builder) {
    ConnectionSettings settings = builder.settings.build();
    fingerprint = Fingerprint.of(builder.name, builder.type).withVhost(settings.vhost());
    encoders = Encoders.of(builder.encoders);
    replyAddresses = builder.replyAddresses;
    control = builder.control;
    restart = builder.restart;
    incoming = new ArrayList<>(builder.incoming);
    String threads =
        "postage" + (builder.name.equals(Fingerprint.UNKNOWN) ? "" : "-" + builder.name);
    Transport amqp = AmqpTransport.connect(threads, settings);
    transport = builder.isDebugMode ? new DebugTransport(amqp, encoders) : amqp;
    timer = new ScheduledThreadPoolExecutor(1, task -> daemon(task, threads + "-timer"));
    timer.setRemoveOnCancelPolicy(true);
    // Something is always due soon: what is due later, such as the end of a call's patience, is
    // then
    // put behind it without waking the timer's thread, which would cost as much as the call's send.
    timer.scheduleWithFixedDelay(() -> {}, 1, 1, TimeUnit.SECONDS);
    sending = pool(threads + "-send");
    callbacks = pool(threads + "-callback");
    executor = builder.executor == null ? callbacks : builder.executor;
    producers =
        new Producers(
            transport, encoders, timer, sending, executor, builder.onSendFailure, builder.outgoing);
  }

  /**
   * Connects as the environment says: {@code POSTAGE_URI}, or {@code POSTAGE_HOST}, {@code _PORT},
   * {@code _USER}, {@code _PASSWORD} or {@code _PASSWORD_FILE}, {@code _VHOST}; {@code guest} on
   * {@code localhost} where it says nothing.
   *
   * <p>When the broker can't be reached, this warns and goes on trying; what is sent meanwhile
   * waits up to 30 seconds.
   *
   * @throws org.postage.transport.BrokerRefusedException if the broker refuses user, password or
   *     virtual host
   */
  public static Postage connect() {
    return builder().connect();
  }

  /** Settings for a connection; what the environment says holds until it is set here. */
  public static Builder builder() {
    return new Builder();
  }

  /**
   * A producer of an interface: each of its methods sends what its name, its annotations, its
   * parameters and its return type say.
   *
   * @param destinations where messages go, unless a call says otherwise; a request goes to the
   *     first
   * @throws IllegalArgumentException if the interface can't be understood; it names everything that
   *     is wrong
   * @throws org.postage.transport.TransportException if the broker refuses to declare an exchange
   */
  public <P> P producer(Class<P> type, Destination... destinations) {
    return producer(type, fingerprint, destinations);
  }

  /** A producer that sends under another fingerprint. */
  public <P> P producer(Class<P> type, Fingerprint sender, Destination... destinations) {
    checkOpen("make a producer");
    return producers.create(type, sender.asMap(), List.of(destinations));
  }

  /** A producer without an interface. */
  public GenericProducer genericProducer(Destination... destinations) {
    checkOpen("make a producer");
    return new GenericProducer(producers.outbox(fingerprint.asMap(), List.of(destinations)));
  }

  /** A producer without an interface that sends under another fingerprint. */
  public GenericProducer genericProducer(Fingerprint sender, Destination... destinations) {
    checkOpen("make a producer");
    return new GenericProducer(producers.outbox(sender.asMap(), List.of(destinations)));
  }

  /** A processor that is to consume these queues. */
  public MessageProcessor.Builder processor(Binding... bindings) {
    checkOpen("make a processor");
    return new MessageProcessor.Builder(this, List.of(bindings));
  }

  /**
   * An application of this name.
   *
   * @param name not empty, and without {@code @}, {@code #} and {@code /}
   */
  public GenericApplication.Builder application(String name) {
    checkOpen("make an application");
    return new GenericApplication.Builder(this, name);
  }

  /**
   * The messages of a queue that its consumer could not handle, and parked.
   *
   * @see MessageProcessor.Builder#parking
   */
  public ParkedMessages parked(String queue) {
    checkOpen("look at parked messages");
    return new ParkedMessages(queue, transport, encoders);
  }

  /** Who sends, unless a producer says otherwise. */
  public Fingerprint fingerprint() {
    return fingerprint;
  }

  /**
   * How this is at the moment: ready, live, and the connections and consumers with their states in
   * words. Waits for nothing, so a probe may call it as often as it likes.
   */
  public Health health() {
    Health health = transport.health();
    for (MessageProcessor processor : processors) {
      if (processor.isPaused()) {
        health = health.withPaused(processor.name());
      }
    }
    return isClosed.get() ? health.notReady() : health;
  }

  /** What was counted so far. Waits for nothing. */
  public Stats stats() {
    return new Stats(transport.stats(), deliveries.stats());
  }

  /**
   * Whether the broker is connected, every processor consumes, none is paused by its kill switch,
   * and publishing is not blocked.
   */
  public boolean isReady() {
    return !isClosed.get()
        && transport.isReady()
        && processors.stream().noneMatch(MessageProcessor::isPaused);
  }

  /**
   * Waits until everything sent was confirmed by the broker or failed.
   *
   * @return whether that came to pass in time
   */
  public boolean flush(Duration timeout) {
    return transport.flush(timeout);
  }

  /** Whether nothing sent is unconfirmed, and nothing that was delivered is still to be handled. */
  public boolean isIdle() {
    return transport.isIdle();
  }

  /** Waits until all processors have stopped: told to {@code quit}, or closed. */
  public void join() {
    processors.forEach(MessageProcessor::join);
  }

  /**
   * Stops processors, lets running handlers end and what was sent be confirmed, then closes the
   * connections. Harmless when closed already.
   *
   * <p>Takes at most 15 seconds more than the longest {@link
   * MessageProcessor.Builder#stopTimeout(Duration) stopTimeout} of its processors: 45 seconds where
   * none was set. What could not be confirmed by then is told to the failure callback.
   */
  @Override
  public void close() {
    Duration timeout =
        processors.stream()
            .map(MessageProcessor::stopTimeout)
            .max(Comparator.naturalOrder())
            .orElse(Duration.ZERO)
            .plus(CLOSE_OVERHEAD);
    long end = System.nanoTime() + timeout.toNanos();
    if (!isClosed.compareAndSet(false, true)) {
      awaitClosed(timeout);
      return;
    }
    try {
      processors.forEach(MessageProcessor::stop);
      processors.forEach(processor -> processor.close(left(end).minus(AFTER_PROCESSORS)));
      producers.close();
      transport.close(left(end).minus(CALLBACKS_TIMEOUT));
      timer.shutdownNow();
      sending.shutdown();
      callbacks.shutdown();
      // What could not be sent is being told to its sender: a program may end right after this.
      if (!callbacks.awaitTermination(CALLBACKS_TIMEOUT.toMillis(), TimeUnit.MILLISECONDS)) {
        LOG.warn("Callbacks still run after {}", CALLBACKS_TIMEOUT);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      companions.forEach(Postage::closeCompanion);
      closed.countDown();
    }
  }

  private static Duration left(long endNanos) {
    return Duration.ofNanos(endNanos - System.nanoTime());
  }

  private static void closeCompanion(AutoCloseable companion) {
    try {
      companion.close();
    } catch (Exception e) {
      LOG.warn("{} could not be closed", companion, e);
    }
  }

  // Somebody else is closing it.
  private void awaitClosed(Duration timeout) {
    try {
      if (!closed.await(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
        LOG.warn("Not closed within {}", timeout);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  DeliveryCounts deliveries() {
    return deliveries;
  }

  Encoders encoders() {
    return encoders;
  }

  /**
   * What it stands on: for whoever speaks another protocol over its connections. Futures of it
   * complete on threads that must not be kept waiting, and it is closed with this.
   */
  public Transport transport() {
    return transport;
  }

  /** Where futures complete and callbacks run: see {@link Builder#executor}. */
  public Executor executor() {
    return executor;
  }

  Pattern replyAddresses() {
    return replyAddresses;
  }

  Control control() {
    return control;
  }

  List<Interceptor<Invocation, Outcome>> incoming() {
    return incoming;
  }

  ScheduledThreadPoolExecutor timer() {
    return timer;
  }

  void started(MessageProcessor processor) {
    processors.add(processor);
    if (isClosed.get()) {
      processor.stop();
      throw new IllegalStateException("this Postage is closed: cannot start a processor");
    }
  }

  void stopped(MessageProcessor processor) {
    processors.remove(processor);
  }

  /**
   * Stops everything and starts the program anew. Called by a handler, which has to end before
   * that.
   */
  void restart() {
    if (!isRestarting.compareAndSet(false, true)) {
      return;
    }
    Thread thread =
        new Thread(
            () -> {
              close();
              restart.run();
            },
            "postage-restart");
    // Main may return as soon as the processors have stopped, and the JVM must not end before this.
    thread.setDaemon(false);
    thread.start();
  }

  private void checkOpen(String what) {
    if (isClosed.get()) {
      throw new IllegalStateException("this Postage is closed: cannot " + what);
    }
  }

  private static ThreadPoolExecutor pool(String name) {
    ThreadPoolExecutor executor =
        new ThreadPoolExecutor(
            POOL_THREADS,
            POOL_THREADS,
            10,
            TimeUnit.SECONDS,
            new LinkedBlockingQueue<>(),
            task -> daemon(task, name));
    executor.allowCoreThreadTimeOut(true);
    return executor;
  }

  private static Thread daemon(Runnable task, String name) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }

  /** Not thread-safe; for one connection. */
  public static final class Builder {
    private final ConnectionSettings.Builder settings;
    private String name = Fingerprint.UNKNOWN;
    private String type = Fingerprint.UNKNOWN;
    private List<Encoder> encoders = List.of(new JsonEncoder());
    private Pattern replyAddresses = Dispatcher.SERVER_NAMED;
    private Control control = Control.byAnybody();
    private Runnable restart = ProgramRestart::run;
    private BiConsumer<Publication, Throwable> onSendFailure = Builder::logFailure;
    private final List<Interceptor<Publication, Receipt>> outgoing = new ArrayList<>();
    private final List<Interceptor<Invocation, Outcome>> incoming = new ArrayList<>();
    private final List<Function<Postage, AutoCloseable>> companions = new ArrayList<>();
    private boolean isDebugMode;
    private @Nullable Executor executor;

    private Builder() {
      Environment variables = new Environment(System.getenv());
      settings = variables.connection();
      isDebugMode = variables.isDebugMode();
    }

    /**
     * Where the broker is and who asks, all at once: {@code amqp://user:password@host:port/vhost},
     * or {@code amqps}; several addresses with commas between.
     *
     * @throws IllegalArgumentException if it is no such URI
     * @see BrokerUri
     */
    public Builder uri(String uri) {
      BrokerUri.apply(uri, settings);
      return this;
    }

    /**
     * Name or address of the broker's only host. {@code localhost} unless set here or in the
     * environment.
     */
    public Builder host(String host) {
      settings.host(host);
      return this;
    }

    /**
     * Where the broker listens: {@code host}, {@code host:port}, {@code [ip6]:port}. They are tried
     * in turn, beginning after the one that was lost; all must be nodes of one cluster.
     *
     * @throws IllegalArgumentException if one is none of that
     */
    public Builder addresses(String first, String... others) {
      settings.addresses(first, others);
      return this;
    }

    /**
     * The port of addresses that name none, 1 to 65535. 5672 unless set here or in the environment,
     * or 5671 with TLS.
     */
    public Builder port(int port) {
      settings.port(port);
      return this;
    }

    /** {@code guest} unless set here or in the environment. */
    public Builder user(String user) {
      settings.user(user);
      return this;
    }

    /** {@code guest} unless set here or in the environment. */
    public Builder password(String password) {
      settings.password(password);
      return this;
    }

    /**
     * Where the password comes from. It is asked at each attempt to connect, so a password may
     * change while the program runs. What it throws is logged and shown, so it must not hold the
     * password.
     */
    public Builder password(Supplier<String> source) {
      settings.password(source);
      return this;
    }

    /** {@code /} unless set here or in the environment. */
    public Builder vhost(String vhost) {
      settings.vhost(vhost);
      return this;
    }

    /** TLS as this says. The certificates that the JVM trusts unless set, with {@code amqps}. */
    public Builder tls(Tls tls) {
      settings.tls(tls);
      return this;
    }

    /** TLS with these certificates; the host's name is verified. */
    public Builder tls(SSLContext context) {
      settings.tls(context);
      return this;
    }

    /**
     * Makes {@link #connect()} throw when the broker can't be reached at once, instead of going on
     * trying.
     */
    public Builder failFast() {
      settings.failFast();
      return this;
    }

    /** How often each side shows that it is alive. 15 seconds unless set. */
    public Builder heartbeat(Duration heartbeat) {
      settings.heartbeat(heartbeat);
      return this;
    }

    /** The name and the kind in the fingerprint of whatever is sent. {@code None} unless set. */
    public Builder fingerprint(String senderName, String senderType) {
      name = requireNonNull(senderName, "senderName");
      type = requireNonNull(senderType, "senderType");
      return this;
    }

    /** What to write with (the first) and to read with (any, by content type). JSON unless set. */
    public Builder encoders(Encoder first, Encoder... others) {
      List<Encoder> all = new ArrayList<>();
      all.add(first);
      all.addAll(List.of(others));
      encoders = all;
      return this;
    }

    /**
     * Which reply addresses of requests are answered: names that only the broker gives ({@code
     * amq.*}) unless set. Whoever answers anywhere can be made to write into any queue that it may
     * write to.
     */
    public Builder replyAddresses(Pattern pattern) {
      replyAddresses = requireNonNull(pattern, "pattern");
      return this;
    }

    /** Who may steer this program by messages. Anybody unless set, as the protocol has it. */
    public Builder control(Control value) {
      control = requireNonNull(value, "value");
      return this;
    }

    /**
     * What the command {@code restart} does when all is stopped. Unless set, it starts the same
     * program anew, or leaves with exit code 75 under systemd, under Kubernetes, and as the first
     * process of a container.
     */
    public Builder onRestart(Runnable action) {
      restart = requireNonNull(action, "action");
      return this;
    }

    /**
     * Hears of messages of {@code void} methods that were not delivered, or may not have been. A
     * log line unless set.
     */
    public Builder onSendFailure(BiConsumer<Publication, Throwable> listener) {
      onSendFailure = requireNonNull(listener, "listener");
      return this;
    }

    /** Puts this around everything that is sent, inside the ones given before. */
    public Builder interceptOutgoing(Interceptor<Publication, Receipt> interceptor) {
      outgoing.add(requireNonNull(interceptor, "interceptor"));
      return this;
    }

    /** Puts this around every handler of every processor, inside the ones given before. */
    public Builder interceptIncoming(Interceptor<Invocation, Outcome> interceptor) {
      incoming.add(requireNonNull(interceptor, "interceptor"));
      return this;
    }

    /**
     * Opens something as soon as this is connected, and closes it after everything else: what reads
     * {@link Postage#stats}, for instance. If it throws, connecting fails.
     */
    public Builder alongside(Function<Postage, AutoCloseable> companion) {
      companions.add(requireNonNull(companion, "companion"));
      return this;
    }

    /**
     * Logs every message that is sent or handled, whole, at level info. Off unless {@code
     * POSTAGE_DEBUG_MODE=true}.
     */
    public Builder debugMode(boolean isOn) {
      isDebugMode = isOn;
      return this;
    }

    /**
     * Runs what is chained to futures, and failure callbacks. It is not shut down. Four threads of
     * our own unless set.
     */
    public Builder executor(Executor value) {
      executor = requireNonNull(value, "value");
      return this;
    }

    /**
     * Connects: see {@link Postage#connect}.
     *
     * @throws org.postage.transport.BrokerRefusedException if the broker refuses user, password or
     *     virtual host
     * @throws org.postage.transport.TransportException if there is no password to be had; after
     *     {@link #failFast()} also if the broker can't be reached
     */
    public Postage connect() {
      Postage postage = new Postage(this);
      try {
        companions.forEach(each -> postage.companions.add(each.apply(postage)));
      } catch (RuntimeException e) {
        postage.close();
        throw e;
      }
      return postage;
    }

    private static void logFailure(Publication publication, Throwable failure) {
      LOG.error("'{}' was not delivered: {}", publication.message().name(), failure.getMessage());
    }
  }
}
