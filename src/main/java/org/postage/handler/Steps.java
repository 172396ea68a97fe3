package org.postage.handler;

import java.lang.annotation.Annotation;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.AnnotatedElement;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.postage.encoding.Encoders;
import org.postage.message.Message;
import org.postage.pipeline.Interceptor;
import org.postage.pipeline.Pipeline;
import org.postage.transport.Outcome;

/**
 * Turns a method, a class or a filter annotation into a step. Says what is wrong with it to a
 * consumer of problems.
 */
final class Steps {
  private final Parameters parameters;

  Steps(Encoders encoders) {
    parameters = new Parameters(encoders);
  }

  Optional<Interceptor.Next<Invocation, Outcome>> ofMethod(
      Object target, Method method, Annotation annotation, Consumer<String> problem) {
    refuseThrown(method, problem);
    Optional<HandlerMethod.Argument[]> arguments =
        parameters.arguments(method, annotation instanceof MessageHandlerFullBody, problem);
    Optional<MethodHandle> handle = handle(target, method, problem);
    boolean takesReplier = Arrays.asList(method.getParameterTypes()).contains(Replier.class);
    boolean answers =
        annotation instanceof RpcHandler && !(takesReplier && method.getReturnType() == void.class);
    return handle.flatMap(h -> arguments.map(a -> new HandlerMethod(h, a, answers)));
  }

  Optional<Interceptor.Next<Invocation, Outcome>> ofMethod(
      MethodHandler handler, Consumer<String> problem) {
    refuseThrown(handler.method(), problem);
    return called(
        handler.target(), handler.method(), handler.isCalled(), false, handler.isCalled(), problem);
  }

  private Optional<Interceptor.Next<Invocation, Outcome>> called(
      Object target,
      Method method,
      boolean isCalled,
      boolean isFullBody,
      boolean answers,
      Consumer<String> problem) {
    Optional<MethodHandle> handle = handle(target, method, problem);
    if (!isCalled) {
      Optional<HandlerMethod.Argument[]> arguments =
          parameters.arguments(method, isFullBody, problem);
      return handle.flatMap(h -> arguments.map(a -> new HandlerMethod(h, a, false)));
    }
    CallSignature signature = CallSignature.of(method);
    Optional<HandlerMethod.Argument[]> arguments = parameters.arguments(method, signature, problem);
    Interceptor<Invocation, Outcome> check =
        (invocation, next) -> {
          signature.check(invocation.message());
          return next.proceed(invocation);
        };
    return handle.flatMap(
        h -> arguments.map(a -> Pipeline.around(List.of(check), new HandlerMethod(h, a, answers))));
  }

  private static void refuseThrown(Method method, Consumer<String> problem) {
    for (Class<?> type : method.getParameterTypes()) {
      if (type == Throwable.class || type == Exception.class) {
        problem.accept(": a parameter " + type.getName() + " (expected: only at a @LastResort)");
      }
    }
  }

  /** The method that a handler names for when it has failed for good, if it does. */
  Optional<Interceptor.Next<Invocation, Outcome>> lastResort(
      Object target,
      Method handler,
      boolean isCalled,
      boolean isFullBody,
      Consumer<String> problem) {
    LastResort named = handler.getAnnotation(LastResort.class);
    if (named == null) {
      return Optional.empty();
    }
    List<Method> methods =
        Arrays.stream(handler.getDeclaringClass().getDeclaredMethods())
            .filter(method -> method.getName().equals(named.value()) && !method.isSynthetic())
            .toList();
    if (methods.size() != 1) {
      problem.accept(
          ": @LastResort(\""
              + named.value()
              + "\"): "
              + methods.size()
              + " methods of that name (expected: one, in the same class)");
      return Optional.empty();
    }
    return called(target, methods.get(0), isCalled, isFullBody, false, problem);
  }

  Optional<Interceptor.Next<Invocation, Outcome>> ofClass(
      Optional<Object> outer, Class<?> type, Consumer<String> problem) {
    if (!Handler.class.isAssignableFrom(type) || Modifier.isAbstract(type.getModifiers())) {
      problem.accept(": no handler class (expected: not abstract, and extends Handler)");
      return Optional.empty();
    }
    boolean isInner = type.getDeclaringClass() != null && !Modifier.isStatic(type.getModifiers());
    if (isInner && outer.isEmpty()) {
      problem.accept(
          ": an inner class (expected: a static one, or the object that it belongs to given as handler)");
      return Optional.empty();
    }
    return constructor(type, isInner ? outer : Optional.empty(), problem)
        .map(
            constructor ->
                invocation -> {
                  ((Handler) made(constructor)).run(invocation);
                  return Outcome.ACK;
                });
  }

  List<Interceptor<Invocation, Outcome>> filters(
      AnnotatedElement element, Consumer<String> problem) {
    List<Interceptor<Invocation, Outcome>> filters = new ArrayList<>();
    for (MessageFilter annotation : element.getAnnotationsByType(MessageFilter.class)) {
      List<String> told = List.of(annotation.parameters());
      constructor(
              annotation.value(),
              Optional.empty(),
              p -> problem.accept(": filter " + annotation.value().getSimpleName() + p))
          .ifPresent(
              constructor -> {
                Filter filter = (Filter) made(constructor);
                filters.add(
                    (invocation, next) ->
                        next.proceed(
                            invocation.withMessage(filtered(filter, invocation.message(), told))));
              });
    }
    return filters;
  }

  private static Message filtered(Filter filter, Message message, List<String> told)
      throws Exception {
    Message filtered = filter.filter(message, told);
    if (filtered == null) {
      throw new NullPointerException(
          "filter "
              + filter.getClass().getSimpleName()
              + " returned null (expected: a Message, or a FilterException)");
    }
    return filtered;
  }

  private static Optional<MethodHandle> handle(
      Object target, Method method, Consumer<String> problem) {
    try {
      MethodHandle handle =
          MethodHandles.privateLookupIn(method.getDeclaringClass(), MethodHandles.lookup())
              .unreflect(method);
      boolean isStatic = Modifier.isStatic(method.getModifiers());
      return Optional.of(
          (isStatic ? handle : handle.bindTo(target))
              .asFixedArity()
              .asSpreader(Object[].class, method.getParameterCount())
              .asType(MethodType.methodType(Object.class, Object[].class)));
    } catch (IllegalAccessException e) {
      problem.accept(
          ": can't be called (expected: its package opened to org.postage by its module)");
      return Optional.empty();
    }
  }

  private static Optional<MethodHandle> constructor(
      Class<?> type, Optional<Object> outer, Consumer<String> problem) {
    try {
      MethodType signature =
          outer.isPresent()
              ? MethodType.methodType(void.class, type.getDeclaringClass())
              : MethodType.methodType(void.class);
      MethodHandle constructor =
          MethodHandles.privateLookupIn(type, MethodHandles.lookup())
              .findConstructor(type, signature);
      MethodHandle bound = outer.isPresent() ? constructor.bindTo(outer.get()) : constructor;
      return Optional.of(bound.asType(MethodType.methodType(Object.class)));
    } catch (NoSuchMethodException | IllegalAccessException e) {
      problem.accept(
          ": can't be made (expected: a constructor without parameters, and its package opened to"
              + " org.postage where it is in a module)");
      return Optional.empty();
    }
  }

  private static Object made(MethodHandle constructor) {
    try {
      return (Object) constructor.invokeExact();
    } catch (RuntimeException | Error e) {
      throw e;
    } catch (Throwable t) {
      throw new IllegalStateException("a constructor failed", t);
    }
  }
}
