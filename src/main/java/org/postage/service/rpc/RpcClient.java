package org.postage.service.rpc;

import static java.util.Objects.requireNonNull;

import java.lang.invoke.MethodType;
import java.lang.reflect.Type;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.postage.Postage;
import org.postage.encoding.JsonEncoder;
import org.postage.message.PostageException;
import org.postage.topology.Binding;
import org.postage.transport.ConsumeOptions;
import org.postage.transport.Delivery;
import org.postage.transport.Outcome;
import org.postage.transport.RawMessage;
import org.postage.transport.Subscription;
import org.postage.transport.Transport;
import org.postage.transport.TransportException;
import org.postage.transport.UnroutableException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Calls services of nameko or micro_framework.
 *
 * <pre>{@code
 * try (RpcClient rpc = RpcClient.of(postage, RpcProtocol.NAMEKO)) {
 *   Greeter greeter = rpc.proxy(Greeter.class, "greeter");
 *   String text = greeter.hello("Ann");
 * }
 * }</pre>
 *
 * <p>A call that fails on the far side throws {@link RemoteException}, one that nobody is there for
 * {@link UnknownServiceException}, at once, and one that nobody answers {@link RpcTimeoutException}
 * after 30 seconds unless told otherwise. Requests are persistent and confirmed, and the broker
 * drops them when their time is over. Answers come to one queue, which survives a lost connection.
 * What is chained to a future runs on the client's one thread, and must not wait for its calls.
 *
 * <p>Thread-safe. Close it before its {@link Postage}.
 */
public final class RpcClient implements AutoCloseable {
  /** How long an answer is waited for, unless told otherwise. */
  public static final Duration TIMEOUT = Duration.ofSeconds(30);

  private static final Logger LOG = LoggerFactory.getLogger(RpcClient.class);
  // As nameko calls callers that are no service themselves.
  private static final String CALLER = "standalone_rpc_proxy";
  private static final int MAX_CALLER = 150;
  private static final int PREFETCH = 250;
  private static final Duration STOP = Duration.ofSeconds(5);

  /** A call whose answer has not come. */
  private record Pending(RpcRequest request, CompletableFuture<@Nullable Object> answer) {}

  private final Transport transport;
  private final RpcFormat format;
  private final String caller;
  private final Duration timeout;
  private final JsonEncoder json = new JsonEncoder();
  private final Binding answers;
  private final Map<String, Pending> pending = new ConcurrentHashMap<>();
  // Reads answers, ends waits, and runs what is chained to futures.
  private final ScheduledThreadPoolExecutor thread;
  private final Subscription subscription;

  private RpcClient(Builder builder) {
    transport = builder.postage.transport();
    format = builder.protocol.format();
    caller = builder.caller;
    timeout = builder.timeout;
    answers = format.answers(caller, UUID.randomUUID().toString());
    thread = new ScheduledThreadPoolExecutor(1, RpcClient::daemon);
    thread.setRemoveOnCancelPolicy(true);
    try {
      transport.declare(format.exchange());
      subscription =
          transport.consume(
              new ConsumeOptions(
                  "answers to " + caller,
                  List.of(answers),
                  PREFETCH,
                  (delivery, task) -> thread.execute(task)),
              this::onAnswer);
    } catch (RuntimeException e) {
      thread.shutdownNow();
      throw e;
    }
  }

  /**
   * A client with the usual settings.
   *
   * @throws TransportException if the broker refuses what it needs
   */
  public static RpcClient of(Postage postage, RpcProtocol protocol) {
    return builder(postage, protocol).build();
  }

  /** Settings of a client. */
  public static Builder builder(Postage postage, RpcProtocol protocol) {
    return new Builder(postage, protocol);
  }

  /**
   * Calls with arguments by position, and waits.
   *
   * @return what was answered: a map, list, string, number or boolean, or null
   * @throws RemoteException if the far side failed
   * @throws UnknownServiceException if nobody is there
   * @throws RpcTimeoutException if no answer came in time
   * @throws TransportException if the broker could not be given the request
   */
  public @Nullable Object call(String service, String target, @Nullable Object... args) {
    return call(RpcRequest.of(service, target, args), Object.class);
  }

  /**
   * Calls and waits for an answer of a type.
   *
   * @throws org.postage.message.MalformedMessageException if the answer is of another type; and as
   *     {@link #call(String, String, Object...)}
   */
  public <T> @Nullable T call(RpcRequest request, Class<T> type) {
    return boxed(type).cast(await(send(request, type), request));
  }

  /** Calls, and waits for nothing. The future fails with what {@link #call} throws. */
  public <T> CompletableFuture<@Nullable T> callAsync(RpcRequest request, Class<T> type) {
    Class<T> boxed = boxed(type);
    return send(request, type).thenApply(boxed::cast);
  }

  /**
   * A service as an interface: each method calls the target of its name in snake case, or as {@link
   * org.postage.producer.Rpc} has it, with its arguments by position. One that returns a {@link
   * CompletableFuture} does not wait.
   *
   * @throws IllegalArgumentException if it is no interface, or a method can't be understood; it
   *     names all of them
   */
  public <P> P proxy(Class<P> type, String service) {
    return RpcProxy.create(type, service, this, json);
  }

  /**
   * What can be called at a service of micro_framework.
   *
   * @throws UnsupportedOperationException if the protocol has no such question, as nameko's has not
   */
  public List<RpcTarget> targets(String service) {
    RpcRequest question = format.targetsOf(service);
    if (question == null) {
      throw new UnsupportedOperationException(
          "targets of '"
              + service
              + "': nameko's services do not tell (expected: MICRO_FRAMEWORK)");
    }
    RpcTarget[] targets = call(question, RpcTarget[].class);
    return targets == null ? List.of() : List.of(targets);
  }

  /** Ends what still waits, with a {@link TransportException}. Harmless when closed already. */
  @Override
  public void close() {
    subscription.stop(STOP, () -> {}, Duration.ZERO);
    // On that thread, so that nobody hears of it before what was answered already.
    thread.execute(
        () ->
            pending
                .values()
                .forEach(
                    call ->
                        call.answer.completeExceptionally(
                            new TransportException(
                                "closed while waiting for the answer to " + call.request))));
    thread.shutdown();
  }

  CompletableFuture<@Nullable Object> send(RpcRequest request, Type type) {
    String id = UUID.randomUUID().toString();
    CompletableFuture<@Nullable Object> answer = new CompletableFuture<>();
    RawMessage message =
        RawMessage.of(format.request(json, request))
            .contentType(JsonEncoder.CONTENT_TYPE)
            .contentEncoding("utf-8")
            .persistent(true)
            .correlationId(id)
            .replyTo(answers.routingKey())
            .expiration(timeout)
            .headers(format.headers(caller + ".call." + id))
            .build();
    Future<?> patience = patience(request, answer);
    pending.put(id, new Pending(request, answer));
    answer.whenComplete(
        (value, failure) -> {
          pending.remove(id);
          patience.cancel(false);
        });
    String key = format.key(request.service(), request.target());
    Duration longest = Transport.MAX_PATIENCE;
    transport
        .publish(
            format.exchange().withKey(key),
            message,
            true,
            timeout.compareTo(longest) < 0 ? timeout : longest)
        .whenComplete(
            (done, failure) -> {
              if (failure != null) {
                failed(request, answer, failure);
              }
            });
    return answer.thenApply(value -> json.convert(value, type, "$.result"));
  }

  @Nullable Object await(CompletableFuture<@Nullable Object> answer, RpcRequest request) {
    try {
      return answer.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof PostageException known) {
        throw known;
      }
      throw new PostageException(request + " failed", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new TransportException("interrupted while waiting for the answer to " + request, e);
    }
  }

  private Future<?> patience(RpcRequest request, CompletableFuture<@Nullable Object> answer) {
    try {
      return thread.schedule(
          () -> answer.completeExceptionally(new RpcTimeoutException(request, timeout)),
          timeout.toNanos(),
          TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException e) {
      throw new IllegalStateException("this client is closed: cannot call " + request, e);
    }
  }

  // Not on the connection's thread, which whoever chained something to the future could keep.
  private void failed(
      RpcRequest request, CompletableFuture<@Nullable Object> answer, Throwable failure) {
    Throwable told =
        failure instanceof UnroutableException
            ? new UnknownServiceException(format.missing(request), failure)
            : failure;
    try {
      thread.execute(() -> answer.completeExceptionally(told));
    } catch (RejectedExecutionException e) {
      answer.completeExceptionally(told);
    }
  }

  private Outcome onAnswer(Delivery delivery) {
    String id = delivery.message().correlationId();
    Pending call = id == null ? null : pending.get(id);
    if (call == null) {
      LOG.debug("Dropped an answer that nobody waits for");
      return Outcome.ACK;
    }
    try {
      call.answer.complete(format.answer(json, call.request, delivery.message().body()));
    } catch (PostageException e) {
      call.answer.completeExceptionally(e);
    }
    return Outcome.ACK;
  }

  private static Thread daemon(Runnable task) {
    Thread thread = new Thread(task, "postage-rpc-client");
    thread.setDaemon(true);
    return thread;
  }

  @SuppressWarnings("unchecked") // The same class, as an object's.
  private static <T> Class<T> boxed(Class<T> type) {
    return (Class<T>) MethodType.methodType(type).wrap().returnType();
  }

  /** Not thread-safe; for one client. */
  public static final class Builder {
    private final Postage postage;
    private final RpcProtocol protocol;
    private String caller = CALLER;
    private Duration timeout = TIMEOUT;

    private Builder(Postage postage, RpcProtocol protocol) {
      this.postage = requireNonNull(postage, "postage");
      this.protocol = requireNonNull(protocol, "protocol");
    }

    /**
     * What the caller is called: in the name of nameko's queue of answers, and in call ids. {@code
     * standalone_rpc_proxy} unless set.
     */
    public Builder caller(String name) {
      if (name.isEmpty() || name.length() > MAX_CALLER) {
        throw new IllegalArgumentException(
            "caller: '" + name + "' (expected: 1 to " + MAX_CALLER + " characters)");
      }
      caller = name;
      return this;
    }

    /** How long answers are waited for, 1 ms or more. {@link RpcClient#TIMEOUT} unless set. */
    public Builder timeout(Duration value) {
      if (value.toMillis() < 1) {
        throw new IllegalArgumentException("timeout: " + value + " (expected: 1 ms or more)");
      }
      timeout = value;
      return this;
    }

    /**
     * Declares what is needed, and begins to wait for answers.
     *
     * @throws TransportException if the broker refuses
     */
    public RpcClient build() {
      return new RpcClient(this);
    }
  }
}
