package org.postage.handler;

import java.lang.annotation.Annotation;
import java.lang.reflect.AnnotatedType;
import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.postage.encoding.Encoders;
import org.postage.message.Fingerprint;
import org.postage.message.Message;
import org.postage.message.Param;
import org.postage.transport.Delivery;

/** What a handler's parameters ask for, by their types. */
final class Parameters {
  private final Encoders encoders;

  Parameters(Encoders encoders) {
    this.encoders = encoders;
  }

  Optional<HandlerMethod.Argument[]> arguments(
      Method method, boolean isFullBody, Consumer<String> problem) {
    Parameter[] parameters = method.getParameters();
    long payloads = List.of(parameters).stream().filter(Parameters::isPayload).count();
    List<HandlerMethod.Argument> arguments = new ArrayList<>();
    for (int i = 0; i < parameters.length; i++) {
      String which = ", parameter " + (i + 1) + ": ";
      argument(parameters[i], payloads, isFullBody, p -> problem.accept(which + p))
          .ifPresent(arguments::add);
    }
    return arguments.size() == parameters.length
        ? Optional.of(arguments.toArray(HandlerMethod.Argument[]::new))
        : Optional.empty();
  }

  /** The same for a method that is called: see {@link CallSignature}. */
  Optional<HandlerMethod.Argument[]> arguments(
      Method method, CallSignature signature, Consumer<String> problem) {
    List<HandlerMethod.Argument> arguments = new ArrayList<>();
    int slot = 0;
    for (Parameter parameter : method.getParameters()) {
      if (!isPayload(parameter)) {
        argument(parameter, 0, true, problem).ifPresent(arguments::add);
        continue;
      } else if (!parameter.isNamePresent() && parameter.getAnnotation(Param.class) == null) {
        problem.accept(
            ", parameter "
                + (slot + 1)
                + ": no name (expected: @Param, or the class compiled with -parameters)");
      } else if (isReadable(parameter.getParameterizedType(), problem)) {
        int index = slot;
        arguments.add(invocation -> signature.value(invocation, index));
      }
      slot++;
    }
    return arguments.size() == method.getParameterCount()
        ? Optional.of(arguments.toArray(HandlerMethod.Argument[]::new))
        : Optional.empty();
  }

  private Optional<HandlerMethod.Argument> argument(
      Parameter parameter, long payloads, boolean isFullBody, Consumer<String> problem) {
    Class<?> raw = parameter.getType();
    if (raw == Message.class) {
      return Optional.of(Invocation::message);
    } else if (raw == Fingerprint.class && parameter.getAnnotation(Param.class) == null) {
      return Optional.of(invocation -> invocation.message().sender());
    } else if (raw == Replier.class) {
      return Optional.of(Invocation::replier);
    } else if (raw == Processor.class) {
      return Optional.of(Invocation::processor);
    } else if (raw == Delivery.class) {
      return Optional.of(Invocation::delivery);
    } else if (raw == Throwable.class || raw == Exception.class) {
      return Optional.of(
          invocation -> raw.isInstance(invocation.failure()) ? invocation.failure() : null);
    } else if (raw == RetryInfo.class) {
      return Optional.of(invocation -> RetryInfo.of(invocation.delivery()));
    }
    Type type = parameter.getParameterizedType();
    return isReadable(type, problem)
        ? payload(parameter, type, payloads, isFullBody, problem)
        : Optional.empty();
  }

  private boolean isReadable(Type type, Consumer<String> problem) {
    try {
      encoders.check(type);
      return true;
    } catch (IllegalArgumentException e) {
      problem.accept(type.getTypeName() + " can't be read: " + e.getMessage());
      return false;
    }
  }

  private static Optional<HandlerMethod.Argument> payload(
      Parameter parameter, Type type, long payloads, boolean isFullBody, Consumer<String> problem) {
    Param param = parameter.getAnnotation(Param.class);
    if (param == null && payloads == 1) {
      return Optional.of(invocation -> invocation.payload(type, isFullBody));
    } else if (isFullBody) {
      problem.accept("one payload too many (expected: one, since it is the whole body)");
      return Optional.empty();
    } else if (param == null && !parameter.isNamePresent()) {
      problem.accept(
          "no name (expected: @Param on each of several payload parameters, or the class compiled with -parameters)");
      return Optional.empty();
    }
    String key = param == null ? parameter.getName() : param.value();
    boolean mayBeAbsent = isNullable(parameter);
    return Optional.of(invocation -> invocation.part(key, type, mayBeAbsent));
  }

  static boolean isPayload(Parameter parameter) {
    Class<?> raw = parameter.getType();
    boolean isOurs =
        raw == Message.class
            || raw == Fingerprint.class
            || raw == Replier.class
            || raw == Processor.class
            || raw == Delivery.class
            || raw == RetryInfo.class
            || raw == Throwable.class
            || raw == Exception.class;
    return !isOurs || parameter.isAnnotationPresent(Param.class);
  }

  /** By any annotation called Nullable: there are many, and all mean the same. */
  static boolean isNullable(Parameter parameter) {
    AnnotatedType type = parameter.getAnnotatedType();
    return isNullable(parameter.getAnnotations()) || isNullable(type.getAnnotations());
  }

  private static boolean isNullable(Annotation[] annotations) {
    return List.of(annotations).stream()
        .anyMatch(annotation -> annotation.annotationType().getSimpleName().equals("Nullable"));
  }
}
