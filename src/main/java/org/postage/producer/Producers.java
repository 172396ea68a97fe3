package org.postage.producer;

import static java.util.Objects.requireNonNull;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.postage.encoding.Encoders;
import org.postage.pipeline.Interceptor;
import org.postage.pipeline.Pipeline;
import org.postage.topology.Destination;
import org.postage.topology.Exchange;
import org.postage.transport.Transport;

/** Turns producer interfaces into objects that send. Thread-safe, and so are the objects. */
public final class Producers {
  private static final Object[] NO_ARGUMENTS = {};

  private final Transport transport;
  private final Encoders encoders;
  private final Executor executor;
  private final BiConsumer<Publication, Throwable> onFailure;
  private final Set<Exchange> declared = ConcurrentHashMap.newKeySet();
  private final Requests requests;
  private final MessageSender sender;
  private final Interceptor.Next<Publication, Receipt> pipeline;

  /**
   * Sends through this transport.
   *
   * @param timer runs what is to happen after a time; its tasks are short
   * @param sending runs what has to be sent later; no user's code runs there, which could keep a
   *     request from going out
   * @param executor runs whatever users chain to the futures that they get
   * @param onFailure hears, on the executor, of messages of {@code void} methods that were not
   *     delivered
   * @param interceptors around every publication, the first outermost
   */
  public Producers(
      Transport transport,
      Encoders encoders,
      ScheduledExecutorService timer,
      Executor sending,
      Executor executor,
      BiConsumer<Publication, Throwable> onFailure,
      List<? extends Interceptor<Publication, Receipt>> interceptors) {
    this.transport = transport;
    this.encoders = encoders;
    this.executor = executor;
    this.onFailure = onFailure;
    requests = new Requests(transport, encoders, timer, sending);
    sender = new MessageSender(requests);
    pipeline = Pipeline.around(interceptors, sender::send);
  }

  /** A producer without an interface. */
  public Outbox outbox(
      Map<String, ? extends @Nullable Object> fingerprint, List<Destination> destinations) {
    Set<Exchange> exchanges = new LinkedHashSet<>();
    destinations.forEach(to -> exchanges.add(to.exchange()));
    exchanges.forEach(transport::declare);
    declared.addAll(exchanges);
    return new Outbox(
        sender, this::declareOnce, pipeline, executor, onFailure, fingerprint, destinations);
  }

  /**
   * A producer of this interface.
   *
   * @throws IllegalArgumentException if the interface is none, or has methods that can't be
   *     understood; it names all of them
   */
  public <P> P create(
      Class<P> type,
      Map<String, ? extends @Nullable Object> fingerprint,
      List<Destination> destinations) {
    requireNonNull(type, "type");
    ProducerCompiler compiler = new ProducerCompiler(type, encoders);
    Map<Method, ProducerMethod> methods = compiler.compile();
    Outbox outbox = outbox(fingerprint, destinations);
    return type.cast(
        Proxy.newProxyInstance(
            type.getClassLoader(), new Class<?>[] {type}, new Dispatch(type, methods, outbox)));
  }

  /** Ends whatever still waits for a reply. */
  public void close() {
    requests.close();
  }

  /** For exchanges that a call names: declared when the first does. */
  private void declareOnce(Exchange exchange, Duration patience) {
    if (!declared.contains(exchange)) {
      transport.declare(exchange, patience);
      declared.add(exchange);
    }
  }

  private record Dispatch(Class<?> type, Map<Method, ProducerMethod> methods, Outbox outbox)
      implements InvocationHandler {
    @SuppressWarnings("ReferenceEquality") // A producer equals itself only.
    @Override
    public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] args)
        throws Throwable {
      @Nullable Object[] arguments = args == null ? NO_ARGUMENTS : args;
      ProducerMethod plan = methods.get(method);
      if (plan != null) {
        return plan.invoke(proxy, arguments, outbox);
      }
      // Only Object's own methods are left.
      return switch (method.getName()) {
        case "toString" -> "producer " + type.getName();
        case "hashCode" -> System.identityHashCode(proxy);
        default -> proxy == arguments[0];
      };
    }
  }
}
