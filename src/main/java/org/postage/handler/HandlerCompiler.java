package org.postage.handler;

import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.postage.encoding.Encoders;
import org.postage.message.Message;
import org.postage.message.MessageCategory;
import org.postage.message.MessageKey;
import org.postage.pipeline.Interceptor;
import org.postage.pipeline.Pipeline;
import org.postage.pipeline.RetryPolicy;
import org.postage.transport.Outcome;

/**
 * Reads objects with handlers, once. All that is wrong with an object is said in one exception. Not
 * thread-safe; for one use.
 */
public final class HandlerCompiler {
  private static final Duration MAX_WINDOW = Duration.ofDays(365);

  private final Encoders encoders;
  private final Steps steps;
  private final List<CompiledHandler> handlers = new ArrayList<>();
  private final List<Interceptor<Invocation, Outcome>> interceptors = new ArrayList<>();
  private @Nullable IdempotencyStore idempotencyStore;

  /** Compiles for messages in these encodings. */
  public HandlerCompiler(Encoders encoders) {
    this.encoders = encoders;
    steps = new Steps(encoders);
  }

  /**
   * Puts this around every handler, inside the ones added before, outside of a handler's own
   * filters.
   */
  public HandlerCompiler intercept(Interceptor<Invocation, Outcome> interceptor) {
    interceptors.add(interceptor);
    return this;
  }

  /** Where {@link Idempotent} handlers remember. In memory, for this table alone, unless set. */
  public HandlerCompiler idempotencyStore(IdempotencyStore store) {
    idempotencyStore = store;
    return this;
  }

  /**
   * Adds the handlers of an object, or of a class that is a {@link Handler}.
   *
   * @throws IllegalArgumentException if it has none, or some that can't be understood; it names all
   *     of them
   */
  public HandlerCompiler add(Object target) {
    return add(target, false);
  }

  /**
   * Adds a method.
   *
   * @throws IllegalArgumentException if it can't be understood; it says why
   */
  public HandlerCompiler add(MethodHandler handler) {
    List<String> problems = new ArrayList<>();
    Method method = handler.method();
    Class<?> declaring = method.getDeclaringClass();
    HandlerInfo info = info(handler.id(), handler.key(), method, declaring, problems::add);
    List<Interceptor<Invocation, Outcome>> filters = steps.filters(method, problems::add);
    Optional<Interceptor.Next<Invocation, Outcome>> lastResort =
        steps.lastResort(handler.target(), method, handler.isCalled(), false, problems::add);
    steps
        .ofMethod(handler, problems::add)
        .map(step -> Pipeline.around(filters, step))
        .map(
            step -> new CompiledHandler(info, step, handler.target(), declaring, false, lastResort))
        .ifPresent(handlers::add);
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(
          declaring.getSimpleName() + "." + method.getName() + String.join("; ", problems));
    }
    return this;
  }

  /** Adds handlers that any others replace, as far as they answer requests. */
  public HandlerCompiler addReplaceable(Object target) {
    return add(target, true);
  }

  /**
   * The table of all that was added.
   *
   * @throws IllegalArgumentException if two handlers answer one request, or two that are {@link
   *     Idempotent} can't be told apart; it names them
   */
  public HandlerTable compile() {
    return HandlerTable.of(Idempotency.around(handlers, encoders, idempotencyStore), interceptors);
  }

  private HandlerCompiler add(Object target, boolean isReplaceable) {
    Class<?> type = target instanceof Class<?> handlerClass ? handlerClass : target.getClass();
    List<String> problems = new ArrayList<>();
    int before = handlers.size();
    if (target instanceof Class<?>) {
      addClass(Optional.empty(), type, isReplaceable, problems);
    } else {
      for (Method method : methods(type)) {
        addMethod(target, method, isReplaceable, problems);
      }
      for (Class<?> c = type; c != Object.class; c = c.getSuperclass()) {
        for (Class<?> nested : c.getDeclaredClasses()) {
          if (annotations(nested).size() > 0) {
            addClass(Optional.of(target), nested, isReplaceable, problems);
          }
        }
      }
    }
    if (problems.isEmpty() && handlers.size() == before) {
      problems.add(
          "has no handlers (expected: @MessageHandler, @MessageHandlerFullBody or @RpcHandler on a method)");
    }
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(
          type.getName()
              + " can't handle messages:"
              + problems.stream().map(problem -> "\n  " + problem).collect(Collectors.joining()));
    }
    return this;
  }

  /**
   * Superclasses' first. An override stands for what it overrides, with its own annotations where
   * it has some.
   */
  private static List<Method> methods(Class<?> type) {
    List<Class<?>> classes = new ArrayList<>();
    for (Class<?> c = type; c != null && c != Object.class; c = c.getSuperclass()) {
      classes.add(0, c);
    }
    Map<String, Method> bySignature = new LinkedHashMap<>();
    for (Class<?> c : classes) {
      Method[] declared = c.getDeclaredMethods();
      // The JVM gives methods in any order; errors and the order of handlers shall not change from
      // run to run.
      Arrays.sort(
          declared, Comparator.comparing(Method::getName).thenComparing(Method::toGenericString));
      for (Method method : declared) {
        if (method.isBridge() && overridesWithAnnotation(method, declared)) {
          bySignature.remove(signature(method));
        }
      }
      for (Method method : declared) {
        if (!method.isSynthetic() && !annotations(method).isEmpty()) {
          bySignature.put(signature(method), method);
        }
      }
    }
    return List.copyOf(bySignature.values());
  }

  // The compiler makes a bridge with the old types where an override has more exact ones.
  private static boolean overridesWithAnnotation(Method bridge, Method[] declared) {
    return Arrays.stream(declared)
        .anyMatch(
            method ->
                !method.isSynthetic()
                    && method.getName().equals(bridge.getName())
                    && method.getParameterCount() == bridge.getParameterCount()
                    && !annotations(method).isEmpty());
  }

  private static String signature(Method method) {
    boolean canBeOverridden = (method.getModifiers() & (Modifier.PRIVATE | Modifier.STATIC)) == 0;
    return (canBeOverridden ? "" : method.getDeclaringClass().getName() + ".")
        + method.getName()
        + Arrays.toString(method.getParameterTypes());
  }

  private static List<Annotation> annotations(AnnotatedElement element) {
    return Arrays.stream(element.getDeclaredAnnotations())
        .filter(
            a ->
                a instanceof MessageHandler
                    || a instanceof MessageHandlerFullBody
                    || a instanceof RpcHandler)
        .toList();
  }

  private void addMethod(
      Object target, Method method, boolean isReplaceable, List<String> problems) {
    Class<?> declaring = method.getDeclaringClass();
    Consumer<String> problem =
        p -> problems.add(declaring.getSimpleName() + "." + method.getName() + p);
    for (Annotation annotation : annotations(method)) {
      Optional<Interceptor.Next<Invocation, Outcome>> step =
          steps.ofMethod(target, method, annotation, problem);
      add(annotation, step, method, target, declaring, method.getName(), isReplaceable, problem);
    }
  }

  private void addClass(
      Optional<Object> outer, Class<?> type, boolean isReplaceable, List<String> problems) {
    Consumer<String> problem = p -> problems.add(type.getSimpleName() + p);
    if (annotations(type).isEmpty()) {
      problem.accept(
          ": says not what it handles (expected: @MessageHandler, @MessageHandlerFullBody or @RpcHandler)");
    }
    Class<?> declaring = type.getDeclaringClass() == null ? type : type.getDeclaringClass();
    for (Annotation annotation : annotations(type)) {
      Optional<Interceptor.Next<Invocation, Outcome>> step = steps.ofClass(outer, type, problem);
      add(
          annotation,
          step,
          type,
          outer.orElse(type),
          declaring,
          type.getSimpleName(),
          isReplaceable,
          problem);
    }
  }

  private void add(
      Annotation annotation,
      Optional<Interceptor.Next<Invocation, Outcome>> step,
      AnnotatedElement element,
      Object owner,
      Class<?> declaring,
      String member,
      boolean isReplaceable,
      Consumer<String> problem) {
    List<Interceptor<Invocation, Outcome>> filters = steps.filters(element, problem);
    HandlerInfo info =
        info(
            declaring.getSimpleName() + "." + member, key(annotation), element, declaring, problem);
    Optional<Interceptor.Next<Invocation, Outcome>> lastResort =
        element instanceof Method method
            ? steps.lastResort(
                owner, method, false, annotation instanceof MessageHandlerFullBody, problem)
            : Optional.empty();
    step.ifPresent(
        s ->
            handlers.add(
                new CompiledHandler(
                    info,
                    Pipeline.around(filters, s),
                    owner,
                    declaring,
                    isReplaceable,
                    lastResort)));
  }

  private static HandlerInfo info(
      String id,
      MessageKey key,
      AnnotatedElement element,
      Class<?> declaring,
      Consumer<String> problem) {
    return new HandlerInfo(
        id,
        key,
        find(Retry.class, element, declaring).flatMap(retry -> policy(retry, problem)),
        find(Idempotent.class, element, declaring)
            .flatMap(idempotent -> window(idempotent, problem)));
  }

  private static <A extends Annotation> Optional<A> find(
      Class<A> type, AnnotatedElement element, Class<?> declaring) {
    return Optional.ofNullable(element.getAnnotation(type))
        .or(() -> Optional.ofNullable(declaring.getAnnotation(type)));
  }

  private static Optional<RetryPolicy> policy(Retry retry, Consumer<String> problem) {
    try {
      RetryPolicy policy =
          RetryPolicy.attempts(retry.attempts())
              .backoff(
                  retry.backoff(),
                  Duration.ofMillis(retry.delayMillis()),
                  Duration.ofMillis(retry.maxDelayMillis()))
              .jitter(retry.jitter())
              .on(retry.on())
              .notOn(retry.notOn());
      return Optional.of(retry.inPlace() ? policy.inPlace() : policy);
    } catch (IllegalArgumentException e) {
      problem.accept(": @Retry " + e.getMessage());
      return Optional.empty();
    }
  }

  private static Optional<Duration> window(Idempotent idempotent, Consumer<String> problem) {
    long seconds = idempotent.windowSeconds();
    if (seconds < 1 || seconds > MAX_WINDOW.toSeconds()) {
      problem.accept(
          ": @Idempotent windowSeconds: "
              + seconds
              + " (expected: 1 to "
              + MAX_WINDOW.toSeconds()
              + ")");
      return Optional.empty();
    }
    return Optional.of(Duration.ofSeconds(seconds));
  }

  private static MessageKey key(Annotation annotation) {
    if (annotation instanceof MessageHandler a) {
      return new MessageKey(MessageCategory.MESSAGE, a.type(), a.value());
    } else if (annotation instanceof MessageHandlerFullBody a) {
      return new MessageKey(MessageCategory.MESSAGE, a.type(), a.value());
    }
    return new MessageKey(MessageCategory.RPC, Message.COMMAND, ((RpcHandler) annotation).value());
  }
}
