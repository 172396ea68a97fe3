package org.postage;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.postage.handler.Dispatcher;
import org.postage.handler.HandlerCompiler;
import org.postage.handler.HandlerTable;
import org.postage.handler.IdempotencyStore;
import org.postage.handler.Invocation;
import org.postage.handler.MethodHandler;
import org.postage.handler.PostageProtocol;
import org.postage.handler.Processor;
import org.postage.handler.Protocol;
import org.postage.handler.Recovery;
import org.postage.handler.RetryAndPark;
import org.postage.handler.RetryInPlace;
import org.postage.handler.StoppingRecovery;
import org.postage.handler.TimeLimit;
import org.postage.message.Fingerprint;
import org.postage.pipeline.Interceptor;
import org.postage.pipeline.RetryPolicy;
import org.postage.topology.Binding;
import org.postage.topology.Delays;
import org.postage.transport.ConsumeOptions;
import org.postage.transport.DeliveryExecutor;
import org.postage.transport.Outcome;
import org.postage.transport.Subscription;
import org.postage.transport.Subscription.Stopped;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Consumes queues and runs handlers for what comes, until it is stopped or told to {@code quit}.
 * Thread-safe.
 *
 * <p>One handler runs at a time, in the order in which messages come, on a thread of the
 * processor's own: see {@link Builder#concurrency}. Its threads are daemons: {@link #join} keeps a
 * program alive.
 */
public final class MessageProcessor implements Processor, AutoCloseable {
  /** How long running handlers are waited for when a processor stops, unless it says otherwise. */
  public static final Duration STOP_TIMEOUT = Duration.ofSeconds(30);

  private static final Duration AFTER_INTERRUPT = Duration.ofSeconds(5);
  // For what else there is to stop.
  private static final Duration STOP_OVERHEAD = Duration.ofSeconds(5);

  private static final Logger LOG = LoggerFactory.getLogger(MessageProcessor.class);
  private static final AtomicInteger COUNT = new AtomicInteger();

  private final String name;
  private final Fingerprint fingerprint;
  private final @Nullable ExecutorService ownThreads;
  private final HandlerThreads threads;
  private final ProcessorTasks tasks;
  // Handlers may run before consuming has begun on all queues, and ask for it.
  private final CompletableFuture<Subscription> subscription = new CompletableFuture<>();
  private final Postage postage;
  private final List<Runnable> stopTasks;
  private final AtomicBoolean isStopping = new AtomicBoolean();
  private final @Nullable FailureGate gate;
  private final Duration stopTimeout;
  private boolean isParking;
  private boolean retries;
  private final CompletableFuture<Stopped> stopped = new CompletableFuture<>();

  private MessageProcessor(Builder builder, HandlerTable table) {
    name = builder.name;
    gate = builder.gate;
    stopTimeout = builder.stopTimeout;
    fingerprint = builder.fingerprint;
    stopTasks = List.copyOf(builder.stopTasks);
    Executor executor = builder.executor;
    if (executor == null) {
      AtomicInteger threadCount = new AtomicInteger();
      ownThreads =
          Executors.newFixedThreadPool(
              builder.concurrency,
              task -> daemon(task, "postage-" + name + "-" + threadCount.incrementAndGet()));
      executor = ownThreads;
    } else {
      ownThreads = null;
    }
    threads = new HandlerThreads(executor, builder.concurrency);
    postage = builder.postage;
    tasks = new ProcessorTasks(name, postage.timer(), threads);
    try {
      for (Runnable task : builder.startTasks) {
        // Waited for: no message is handled beside it.
        CompletableFuture.runAsync(() -> tasks.run(task), threads).join();
      }
      Recovery recovery = recovery(builder, table);
      Dispatcher dispatcher =
          new Dispatcher(
              table, builder.protocol, postage.transport(), this, recovery, postage.deliveries());
      List<Binding> bindings = new ArrayList<>();
      builder.bindings.forEach(binding -> bindings.addAll(prepared(binding)));
      ConsumeOptions options =
          new ConsumeOptions(
              name,
              bindings,
              builder.prefetch(table),
              builder.concurrency,
              deliveries(builder, executor));
      subscription.complete(postage.transport().consume(options, dispatcher));
    } catch (RuntimeException e) {
      subscription.completeExceptionally(e);
      shutdownThreads();
      throw e;
    }
    builder.everyTasks.forEach(task -> every(task.interval, task.task));
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public Fingerprint fingerprint() {
    return fingerprint;
  }

  /** Whether every queue is being consumed at this moment. */
  public boolean isConsuming() {
    return !isStopping.get() && subscription.join().isConsuming();
  }

  /** Whether its {@link KillSwitch} holds messages back. */
  public boolean isPaused() {
    return gate != null && gate.isClosed();
  }

  @Override
  public void bind(Binding binding) {
    prepared(binding).forEach(subscription.join()::bind);
  }

  // From the connection: through the gate, into an order, onto threads.
  private DeliveryExecutor deliveries(Builder builder, Executor executor) {
    DeliveryExecutor ordered =
        builder.orderedBy == null
            ? (delivery, task) -> threads.execute(task)
            : new OrderedThreads(
                new DeliveryKeys(name, postage.encoders(), builder.orderedBy),
                new HandlerThreads(executor, 1),
                threads);
    return gate == null ? ordered : gate.before(ordered);
  }

  private Recovery recovery(Builder builder, HandlerTable table) {
    retries = builder.retry != null || table.hasRetries();
    isParking = builder.isParking || retries;
    if (retries) {
      postage.transport().declareDelays();
    }
    Recovery recovery =
        isParking
            ? new RetryAndPark(name, postage.transport(), Optional.ofNullable(builder.retry))
            : Recovery.REJECT;
    return new StoppingRecovery(recovery, isStopping::get);
  }

  /** What has to be there beside the queue so that its messages can be tried again and parked. */
  private List<Binding> prepared(Binding binding) {
    BrokerLimits.explain(name, binding.queue(), postage.transport().deliveryLimitOfQuorumQueues());
    if (!isParking) {
      return List.of(binding);
    }
    postage.transport().declare(RetryAndPark.parkedQueue(binding.queue()));
    return retries ? List.of(binding, Delays.returning(binding.queue())) : List.of(binding);
  }

  @Override
  public void unbind(Binding binding) {
    subscription.join().unbind(binding);
  }

  @Override
  public void cancel(String queue) {
    subscription.join().cancel(queue);
  }

  @Override
  public Task after(Duration delay, Runnable task) {
    return tasks.after(delay, task);
  }

  @Override
  public Task every(Duration interval, Runnable task) {
    return tasks.every(interval, task);
  }

  @Override
  public void stop() {
    if (isStopping.compareAndSet(false, true)) {
      // A thread of its own: a handler may call this, and it is waited for.
      daemon(this::stopNow, "postage-" + name + "-stop").start();
    }
  }

  /**
   * Stops, and waits until what runs has ended.
   *
   * @return whether it has ended in time
   */
  public boolean stop(Duration timeout) {
    stop();
    return join(timeout);
  }

  /** Waits until it has stopped: by {@link #stop()}, by {@link #close}, or told to {@code quit}. */
  public void join() {
    try {
      stopped.get();
    } catch (ExecutionException e) {
      throw new IllegalStateException(name + " could not be stopped", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** How it has stopped; empty before. */
  public Optional<Stopped> stopReport() {
    return stopped.isDone() && !stopped.isCompletedExceptionally()
        ? Optional.of(stopped.join())
        : Optional.empty();
  }

  /**
   * Waits until it has stopped, or the time is over.
   *
   * @return whether it has stopped, with all that ran ended
   */
  public boolean join(Duration timeout) {
    try {
      return stopped.get(timeout.toNanos(), TimeUnit.NANOSECONDS).stillRunning() == 0;
    } catch (TimeoutException e) {
      return false;
    } catch (ExecutionException e) {
      throw new IllegalStateException(name + " could not be stopped", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /**
   * Stops, and waits for running handlers as long as {@link Builder#stopTimeout} says; then
   * interrupts them, and waits 5 seconds more. Harmless when stopped already.
   */
  @Override
  public void close() {
    close(stopTimeout.plus(AFTER_INTERRUPT).plus(STOP_OVERHEAD));
  }

  void close(Duration timeout) {
    if (!stop(timeout)) {
      LOG.warn("{}: handlers still run; what they work on is delivered again", name);
    }
  }

  Duration stopTimeout() {
    return stopTimeout;
  }

  private void stopNow() {
    Stopped report = new Stopped(0, 0);
    try {
      tasks.stop();
      subscription.join().beginNoMore();
      if (gate != null) {
        gate.stop();
      }
      report = subscription.join().stop(stopTimeout, threads::interruptAll, AFTER_INTERRUPT);
      stopTasks.forEach(tasks::run);
    } catch (RuntimeException e) {
      LOG.warn("{} could not be stopped in good order", name, e);
    } finally {
      shutdownThreads();
      postage.stopped(this);
      LOG.info(
          "{} stopped; {} messages went back unhandled, {} handlers still run",
          name,
          report.givenBack(),
          report.stillRunning());
      stopped.complete(report);
    }
  }

  private void shutdownThreads() {
    if (ownThreads != null) {
      ownThreads.shutdown();
    }
  }

  private static Thread daemon(Runnable task, String name) {
    Thread thread = new Thread(task, name);
    thread.setDaemon(true);
    return thread;
  }

  /** Not thread-safe; for one processor. */
  public static final class Builder {
    private static final int DEFAULT_PREFETCH = 16;

    private record EveryTask(Duration interval, Runnable task) {}

    private final Postage postage;
    private final HandlerCompiler compiler;
    private final List<Binding> bindings = new ArrayList<>();
    private final List<Interceptor<Invocation, Outcome>> interceptors = new ArrayList<>();
    private final List<Runnable> startTasks = new ArrayList<>();
    private final List<Runnable> stopTasks = new ArrayList<>();
    private final List<EveryTask> everyTasks = new ArrayList<>();
    private Fingerprint fingerprint;
    private String name = "";
    private int concurrency = 1;
    private int prefetch;
    private boolean isParking;
    private @Nullable RetryPolicy retry;
    private @Nullable Duration timeLimit;
    private Duration stopTimeout = STOP_TIMEOUT;
    private @Nullable KillSwitch killSwitch;
    private @Nullable FailureGate gate;
    private @Nullable OrderingKey orderedBy;
    private @Nullable Executor executor;
    private Protocol protocol;

    Builder(Postage postage, List<Binding> bindings) {
      this.postage = postage;
      this.bindings.addAll(bindings);
      fingerprint = postage.fingerprint();
      compiler = new HandlerCompiler(postage.encoders());
      protocol = new PostageProtocol(postage.encoders(), postage.replyAddresses());
    }

    /**
     * Adds handlers: objects with annotated methods, or classes that extend {@link
     * org.postage.handler.Handler}.
     *
     * @throws IllegalArgumentException if one has no handlers, or some that can't be understood; it
     *     names all of them
     */
    public Builder handlers(Object... handlers) {
      for (Object each : handlers) {
        compiler.add(requireNonNull(each, "handlers: null among them"));
      }
      return this;
    }

    /**
     * Adds a method as a handler, whatever it is annotated with.
     *
     * @throws IllegalArgumentException if it can't be understood; it says why
     */
    public Builder handler(MethodHandler handler) {
      compiler.add(requireNonNull(handler, "handler"));
      return this;
    }

    /**
     * How messages and answers look. Postage's own unless set; with another one there are no
     * commands {@code quit} and {@code restart}.
     */
    public Builder protocol(Protocol value) {
      protocol = requireNonNull(value, "protocol");
      return this;
    }

    Builder replaceableHandlers(Object handlers) {
      compiler.addReplaceable(handlers);
      return this;
    }

    /**
     * Puts this around every handler, inside the ones given before, outside of a handler's own
     * filters. It sees each attempt that is made in place; the kill switch sees what it throws.
     */
    public Builder intercept(Interceptor<Invocation, Outcome> interceptor) {
      interceptors.add(requireNonNull(interceptor, "interceptor"));
      return this;
    }

    /** Consumes this too. */
    public Builder bind(Binding binding) {
      bindings.add(requireNonNull(binding, "binding"));
      return this;
    }

    /** What logs, errors and threads call it. {@code processor-N} unless set. */
    public Builder name(String value) {
      name = requireNonNull(value, "name");
      return this;
    }

    /** Who it is. The {@link Postage}'s fingerprint unless set. */
    public Builder fingerprint(Fingerprint value) {
      fingerprint = requireNonNull(value, "fingerprint");
      return this;
    }

    /**
     * How many handlers may run at once. 1 unless set: then messages of a queue are handled in
     * their order.
     */
    public Builder concurrency(int handlers) {
      if (handlers < 1) {
        throw new IllegalArgumentException("concurrency: " + handlers + " (expected: 1 or more)");
      }
      concurrency = handlers;
      return this;
    }

    /**
     * How many deliveries of each queue may be unsettled, 1 to 65535. Unless set: with handlers of
     * requests as many as may run at once, since a request that waits here behind a slow one, while
     * another consumer of its queue is idle, would only time out; otherwise 16, or twice the
     * concurrency where that is more. Consumers of one queue share slow work most evenly with 1, as
     * Python's do; many quick messages are handled faster with more.
     */
    public Builder prefetch(int deliveries) {
      if (deliveries < 1 || deliveries > 65_535) {
        throw new IllegalArgumentException("prefetch: " + deliveries + " (expected: 1 to 65535)");
      }
      prefetch = deliveries;
      return this;
    }

    /**
     * Tries handlers again that fail, as this says, unless they have a {@link
     * org.postage.handler.Retry} of their own; parks what can't be helped, as {@link #parking}
     * does. No handler is tried again unless it or its processor says so.
     */
    public Builder retry(RetryPolicy policy) {
      retry = requireNonNull(policy, "policy");
      return this;
    }

    /**
     * Interrupts a handler that takes longer, more than nothing; it counts as failed when it has
     * ended. It should be far below the time after which the broker takes a message back, 30
     * minutes unless its operator says otherwise. No limit unless set.
     */
    public Builder timeLimit(Duration limit) {
      timeLimit = requireNonNull(limit, "limit");
      return this;
    }

    /**
     * How long running handlers are waited for when it stops, before they are interrupted. 30
     * seconds unless set; with nothing they are interrupted at once.
     */
    public Builder stopTimeout(Duration timeout) {
      if (timeout.isNegative()) {
        throw new IllegalArgumentException(
            "stop timeout: " + timeout + " (expected: PT0S or more)");
      }
      stopTimeout = timeout;
      return this;
    }

    /**
     * With a {@link #concurrency} above 1: messages for which this gives equal keys are handled one
     * after the other, in the order in which they came; others beside them. Those without a key
     * (null) need no order.
     *
     * <p>It is an order within this processor. Across several, the queue has to be declared with
     * {@code x-single-active-consumer}. A message that is tried again loses its place, unless its
     * policy tries {@link RetryPolicy#inPlace}.
     */
    public Builder ordered(OrderingKey key) {
      orderedBy = requireNonNull(key, "key");
      return this;
    }

    /** Pauses while too many messages fail. Never unless set. */
    public Builder killSwitch(KillSwitch settings) {
      killSwitch = requireNonNull(settings, "settings");
      return this;
    }

    /**
     * Keeps messages that fail, can't be read or are refused in a durable queue {@code
     * QUEUE.parked} for each queue, from where {@link Postage#parked} shows them and sends them
     * back. Unless set, and where nothing is tried again, they are rejected: dropped, or
     * dead-lettered where the queue says so.
     */
    public Builder parking() {
      isParking = true;
      return this;
    }

    /**
     * Where {@link org.postage.handler.Idempotent} handlers remember what they handled; processors
     * may share it. In memory, for this processor alone, unless set.
     */
    public Builder idempotencyStore(IdempotencyStore store) {
      compiler.idempotencyStore(requireNonNull(store, "store"));
      return this;
    }

    /**
     * Runs handlers here, at most {@link #concurrency} at once. It must not run them in the thread
     * that hands them over. It is not shut down. Threads of the processor's own unless set.
     */
    public Builder executor(Executor value) {
      executor = requireNonNull(value, "value");
      return this;
    }

    /** Runs a task before the first message is handled, where the handlers run. */
    public Builder onStart(Runnable task) {
      startTasks.add(requireNonNull(task, "task"));
      return this;
    }

    /** Runs a task when all handlers have ended, before the processor counts as stopped. */
    public Builder onStop(Runnable task) {
      stopTasks.add(requireNonNull(task, "task"));
      return this;
    }

    /** Runs a task again and again, where the handlers run: see {@link Processor#every}. */
    public Builder every(Duration interval, Runnable task) {
      everyTasks.add(
          new EveryTask(requireNonNull(interval, "interval"), requireNonNull(task, "task")));
      return this;
    }

    /**
     * Declares, binds and starts to consume. When the broker can't be reached, it returns and
     * starts later.
     *
     * @throws IllegalArgumentException if there is nothing to consume, or two handlers answer one
     *     request
     * @throws org.postage.transport.TransportException if the broker refuses
     */
    public MessageProcessor start() {
      if (bindings.isEmpty()) {
        throw new IllegalArgumentException(
            "bindings: none (expected: at least one exchange.to(queue, key))");
      }
      if (name.isEmpty()) {
        name = "processor-" + COUNT.incrementAndGet();
      }
      if (protocol instanceof PostageProtocol) {
        compiler.addReplaceable(new ControlHandlers(postage.control(), postage::restart));
      }
      addInterceptors();
      MessageProcessor processor = new MessageProcessor(this, compiler.compile());
      postage.started(processor);
      return processor;
    }

    // The first is the outermost.
    private void addInterceptors() {
      if (killSwitch != null) {
        gate = new FailureGate(name, killSwitch, postage.timer());
        compiler.intercept(gate);
      }
      compiler.intercept(new RetryInPlace(Optional.ofNullable(retry)));
      postage.incoming().forEach(compiler::intercept);
      interceptors.forEach(compiler::intercept);
      if (timeLimit != null) {
        compiler.intercept(new TimeLimit(timeLimit, postage.timer()));
      }
    }

    private int prefetch(HandlerTable table) {
      if (prefetch > 0) {
        return prefetch;
      }
      return table.hasRequests() ? concurrency : Math.max(DEFAULT_PREFETCH, 2 * concurrency);
    }
  }
}
