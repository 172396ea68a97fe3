package org.postage.service;

import static java.util.Objects.requireNonNull;

import java.lang.reflect.Method;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.postage.MessageProcessor;
import org.postage.Postage;
import org.postage.handler.MethodHandler;
import org.postage.message.Message;
import org.postage.message.MessageCategory;
import org.postage.message.MessageKey;
import org.postage.service.events.EventProtocol;
import org.postage.service.rpc.RpcProtocol;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs services among those of nameko or micro_framework, which take them for their own.
 *
 * <pre>{@code
 * @Service("greeter")
 * class Greeter {
 *   @Rpc
 *   String hello(String who) {
 *     return "hello " + who;
 *   }
 *
 *   @EventListener(source = "shop", event = "order_placed")
 *   void onOrder(Order order) {}
 * }
 *
 * try (Runner runner = Runner.builder(postage).dialect(Dialect.NAMEKO).services(new Greeter()).start()) {
 *   runner.join();
 * }
 * }</pre>
 *
 * <p>All services share its workers. An event is acknowledged when its method has returned, and
 * parked where it can't be helped; a call when it was answered. {@link Every} runs methods at
 * times. Whatever is wrong with a call, its caller is told at once. Thread-safe.
 */
public final class Runner implements AutoCloseable {
  /** How many methods run at once, unless told otherwise: as in micro_framework. */
  public static final int MAX_WORKERS = 3;

  private static final Logger LOG = LoggerFactory.getLogger(Runner.class);
  private static final AtomicInteger COUNT = new AtomicInteger();

  private final List<MessageProcessor> processors = new ArrayList<>();
  private final ExecutorService workers;
  private final Timers timers;
  private final Builder settings;
  private final CountDownLatch stopped = new CountDownLatch(1);

  private Runner(Builder builder) {
    settings = builder;
    String prefix = "postage-services-" + COUNT.incrementAndGet() + "-";
    AtomicInteger count = new AtomicInteger();
    workers =
        Executors.newFixedThreadPool(
            builder.maxWorkers,
            task -> {
              Thread thread = new Thread(task, prefix + count.incrementAndGet());
              thread.setDaemon(true);
              return thread;
            });
    timers = new Timers(workers);
    try {
      builder.services.forEach(this::start);
      builder.services.forEach(service -> service.timers().forEach(timers::start));
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /** Settings of a runner. */
  public static Builder builder(Postage postage) {
    return new Builder(postage);
  }

  /** Whether every queue of every service is being consumed at this moment. */
  public boolean isConsuming() {
    return stopped.getCount() > 0 && processors.stream().allMatch(MessageProcessor::isConsuming);
  }

  /** Waits until it has stopped, or the thread is interrupted. */
  public void join() {
    if (!processors.isEmpty()) {
      // They also stop with their Postage.
      processors.forEach(MessageProcessor::join);
      if (!Thread.currentThread().isInterrupted()) {
        close();
      }
      return;
    }
    try {
      stopped.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /**
   * Stops without waiting for it: what runs ends, what waits goes back to its queue. A service may
   * call it.
   */
  public void stop() {
    Thread thread = new Thread(this::close, "postage-services-stop");
    thread.setDaemon(true);
    thread.start();
  }

  /**
   * Stops, and waits for running methods as long as {@link Builder#stopTimeout} says; then
   * interrupts them. Harmless when stopped already.
   */
  @Override
  public void close() {
    timers.stop();
    processors.forEach(MessageProcessor::stop);
    processors.forEach(MessageProcessor::close);
    workers.shutdown();
    try {
      if (!workers.awaitTermination(settings.stopTimeout.toNanos(), TimeUnit.NANOSECONDS)) {
        workers.shutdownNow();
      }
    } catch (InterruptedException e) {
      workers.shutdownNow();
      Thread.currentThread().interrupt();
    }
    stopped.countDown();
  }

  private void start(ServiceMethods service) {
    service.listeners().forEach(listening -> listen(service, listening));
    if (!service.calls().isEmpty()) {
      serve(service);
    }
    LOG.info(
        "service '{}' answers {}, listens to {} events and has {} timers",
        service.name(),
        service.calls().keySet(),
        service.listeners().size(),
        service.timers().size());
  }

  private void listen(ServiceMethods service, ServiceMethods.Listening listening) {
    EventListener listener = listening.listener();
    MethodHandler handler =
        new MethodHandler(
            service.name() + "." + listening.target(),
            new MessageKey(MessageCategory.MESSAGE, Message.COMMAND, "*"),
            service.object(),
            listening.method(),
            false);
    MessageProcessor.Builder builder =
        settings
            .postage
            .processor(settings.dialect.queueOf(service.name(), listening.target(), listener))
            .name(service.name() + "." + listening.target())
            .protocol(new EventProtocol())
            .handler(handler);
    // A queue of one instance goes with it: nobody would look for what was parked from there.
    run(listener.audience() == EventListener.Audience.BROADCAST ? builder : builder.parking());
  }

  private void serve(ServiceMethods service) {
    RpcProtocol protocol = settings.dialect.rpc();
    Map<String, Method> calls = new LinkedHashMap<>(service.calls());
    MessageProcessor.Builder builder =
        settings.postage.processor().name(service.name()).protocol(protocol.serverProtocol());
    protocol.requestsOf(service.name(), calls.keySet()).forEach(builder::bind);
    calls.forEach(
        (target, method) ->
            builder.handler(called(service.name(), target, service.object(), method)));
    if (protocol == RpcProtocol.MICRO_FRAMEWORK) {
      Targets targets = new Targets(calls);
      builder
          .handler(called(service.name(), "__list_targets__", targets, method("list")))
          .handler(called(service.name(), "__get_target__", targets, method("get", String.class)));
    }
    run(builder);
  }

  private void run(MessageProcessor.Builder builder) {
    if (settings.prefetch > 0) {
      builder.prefetch(settings.prefetch);
    }
    processors.add(
        builder
            .executor(workers)
            .concurrency(settings.maxWorkers)
            .stopTimeout(settings.stopTimeout)
            .start());
  }

  private static MethodHandler called(String service, String target, Object object, Method method) {
    MessageKey key = new MessageKey(MessageCategory.RPC, Message.COMMAND, target);
    return new MethodHandler(service + "." + target, key, object, method, true);
  }

  private static Method method(String name, Class<?>... parameters) {
    try {
      return Targets.class.getDeclaredMethod(name, parameters);
    } catch (NoSuchMethodException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Not thread-safe; for one runner. */
  public static final class Builder {
    private static final int MOST_WORKERS = 32_767;
    private static final int MOST_DELIVERIES = 65_535;

    private final Postage postage;
    private final List<ServiceMethods> services = new ArrayList<>();
    private Dialect dialect = Dialect.NAMEKO;
    private int maxWorkers = MAX_WORKERS;
    private int prefetch;
    private Duration stopTimeout = MessageProcessor.STOP_TIMEOUT;

    private Builder(Postage postage) {
      this.postage = requireNonNull(postage, "postage");
    }

    /**
     * Adds services: objects of classes that are annotated with {@link Service}.
     *
     * @throws IllegalArgumentException if one is none; it says all that is wrong with it
     */
    public Builder services(Object... objects) {
      for (Object object : objects) {
        services.add(ServiceMethods.of(requireNonNull(object, "services: null among them")));
      }
      return this;
    }

    /** Whose services they are among. {@link Dialect#NAMEKO} unless set. */
    public Builder dialect(Dialect value) {
      dialect = requireNonNull(value, "dialect");
      return this;
    }

    /**
     * How many methods run at once, in all services together, 1 to 32767. {@link
     * Runner#MAX_WORKERS} unless set.
     */
    public Builder maxWorkers(int workers) {
      if (workers < 1 || workers > MOST_WORKERS) {
        throw new IllegalArgumentException(
            "max workers: " + workers + " (expected: 1 to " + MOST_WORKERS + ")");
      }
      maxWorkers = workers;
      return this;
    }

    /**
     * How many deliveries of each queue may be unsettled: see {@link
     * MessageProcessor.Builder#prefetch}, which has the default too.
     */
    public Builder prefetch(int deliveries) {
      if (deliveries < 1 || deliveries > MOST_DELIVERIES) {
        throw new IllegalArgumentException(
            "prefetch: " + deliveries + " (expected: 1 to " + MOST_DELIVERIES + ")");
      }
      prefetch = deliveries;
      return this;
    }

    /** How long running methods are waited for when it stops. 30 seconds unless set. */
    public Builder stopTimeout(Duration timeout) {
      stopTimeout = requireNonNull(timeout, "timeout");
      return this;
    }

    /**
     * Declares, binds and starts to consume.
     *
     * @throws IllegalArgumentException if there is no service, two have one name, or a method can't
     *     be understood
     * @throws org.postage.transport.TransportException if the broker refuses
     */
    public Runner start() {
      if (services.isEmpty()) {
        throw new IllegalArgumentException(
            "services: none (expected: at least one object of a class with @Service)");
      }
      Set<String> names = new HashSet<>();
      for (ServiceMethods service : services) {
        if (!names.add(service.name())) {
          throw new IllegalArgumentException(
              "services: two are called '" + service.name() + "' (expected: one)");
        }
        for (String target : service.calls().keySet()) {
          if (dialect == Dialect.NAMEKO && target.indexOf('.') >= 0) {
            throw new IllegalArgumentException(
                "target '"
                    + target
                    + "' of service '"
                    + service.name()
                    + "' (expected: no dot, which nameko's calls cannot have)");
          }
        }
      }
      return new Runner(this);
    }
  }
}
