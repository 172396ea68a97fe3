package org.postage.producer;

import java.lang.annotation.Annotation;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.Parameter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.postage.encoding.Encoders;
import org.postage.message.Message;
import org.postage.message.MessageCategory;
import org.postage.message.Param;
import org.postage.message.SnakeCase;

/**
 * Reads a producer interface, once: each method becomes a {@link ProducerMethod}. All that is wrong
 * with the interface is said in one exception. Not thread-safe; for one use.
 */
final class ProducerCompiler {
  /** What a method sends. */
  private record Sends(MessageCategory category, String type, String name) {}

  /** A method that builds messages, and what for. */
  private record Builder(MethodName name, Method method) {}

  private final Class<?> type;
  private final ReturnTypes returnTypes;
  private final List<String> problems = new ArrayList<>();
  private final Map<Builder, Boolean> builders = new LinkedHashMap<>();

  ProducerCompiler(Class<?> type, Encoders encoders) {
    this.type = type;
    returnTypes = new ReturnTypes(encoders);
  }

  Map<Method, ProducerMethod> compile() {
    if (!type.isInterface()) {
      throw new IllegalArgumentException(type.getName() + ": a class (expected: an interface)");
    }
    if (type.getTypeParameters().length > 0) {
      problems.add(
          type.getSimpleName() + ": has type parameters (expected: an interface without any)");
    }
    Method[] methods = type.getMethods();
    // The JVM gives methods in any order; the list of problems shall not change from run to run.
    Arrays.sort(
        methods, Comparator.comparing(Method::getName).thenComparing(Method::toGenericString));
    findBuilders(methods);
    Map<Method, ProducerMethod> plans = new HashMap<>();
    for (Method method : methods) {
      if (!Modifier.isStatic(method.getModifiers()) && !isObjects(method)) {
        compile(method).ifPresent(plan -> plans.put(method, plan));
      }
    }
    builders.forEach(
        (builder, isUsed) -> {
          if (!isUsed) {
            problems.add(
                where(builder.method)
                    + ": builds a message that no method sends (expected: a method "
                    + builder.name.category().wireName()
                    + "_"
                    + builder.name.name()
                    + " with the same parameters)");
          }
        });
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(
          type.getName()
              + " can't be a producer:"
              + problems.stream().map(p -> "\n  " + p).collect(Collectors.joining()));
    }
    return Map.copyOf(plans);
  }

  // An interface may declare them again, to say more about them.
  private static boolean isObjects(Method method) {
    return Arrays.stream(Object.class.getMethods())
        .anyMatch(
            its ->
                its.getName().equals(method.getName())
                    && Arrays.equals(its.getParameterTypes(), method.getParameterTypes()));
  }

  private void findBuilders(Method[] methods) {
    for (Method method : methods) {
      MethodName.ofBuilder(method.getName())
          .filter(name -> method.isDefault())
          .ifPresent(name -> builders.put(new Builder(name, method), false));
    }
    builders.keySet().stream()
        .filter(builder -> builder.method.getReturnType() != Message.class)
        .forEach(
            builder ->
                problems.add(
                    where(builder.method)
                        + ": returns "
                        + builder.method.getReturnType().getSimpleName()
                        + " (expected: Message)"));
  }

  private Optional<ProducerMethod> compile(Method method) {
    if (method.isDefault()) {
      return handle(method).map(ProducerMethod.Plain::new);
    }
    Optional<Sends> sends = sends(method);
    int payloadCount = payloadCount(method);
    if (sends.isEmpty() || payloadCount < 0) {
      return Optional.empty();
    }
    Optional<ProducerMethod.Sending> sending =
        returnTypes.sending(
            method, sends.get().category, problem -> problems.add(where(method) + ": " + problem));
    Optional<ProducerMethod.MessageBuilder> builder = builder(method, sends.get(), payloadCount);
    return sending.flatMap(
        s ->
            builder.map(
                b ->
                    new ProducerMethod.Sender(
                        where(method), id(method), sends.get().category, payloadCount, b, s)));
  }

  private Optional<Sends> sends(Method method) {
    List<Sends> found = new ArrayList<>();
    annotation(method, Command.class)
        .ifPresent(
            a ->
                found.add(
                    new Sends(MessageCategory.MESSAGE, Message.COMMAND, named(a.value(), method))));
    annotation(method, Status.class)
        .ifPresent(
            a ->
                found.add(
                    new Sends(MessageCategory.MESSAGE, Message.STATUS, named(a.value(), method))));
    annotation(method, Rpc.class)
        .ifPresent(
            a ->
                found.add(
                    new Sends(MessageCategory.RPC, Message.COMMAND, named(a.value(), method))));
    if (found.isEmpty()) {
      MethodName.ofSender(method.getName())
          .ifPresent(n -> found.add(new Sends(n.category(), Message.COMMAND, n.name())));
    }
    if (found.size() == 1) {
      return Optional.of(found.get(0));
    }
    problems.add(
        where(method)
            + (found.isEmpty() ? ": says not what it sends" : ": says more than once what it sends")
            + " (expected: a name like message_echo, messageEcho, rpc_echo or rpcEcho, or one of @Command, @Status and"
            + " @Rpc)");
    return Optional.empty();
  }

  private static <A extends Annotation> Optional<A> annotation(Method method, Class<A> annotation) {
    return Optional.ofNullable(method.getAnnotation(annotation));
  }

  // A method called message_echo may carry a bare annotation too.
  private static String named(String given, Method method) {
    if (!given.isEmpty()) {
      return given;
    }
    return MethodName.ofSender(method.getName())
        .map(MethodName::name)
        .orElseGet(() -> SnakeCase.of(method.getName()));
  }

  /** How many parameters come before the options; negative where an option stands among them. */
  private int payloadCount(Method method) {
    Class<?>[] types = method.getParameterTypes();
    int count = 0;
    while (count < types.length && !isOption(types[count])) {
      count++;
    }
    for (int i = count; i < types.length; i++) {
      if (!isOption(types[i])) {
        problems.add(
            where(method)
                + ", parameter "
                + (i + 1)
                + ": stands after an option (expected: options last)");
        return -1;
      }
    }
    return count;
  }

  private static boolean isOption(Class<?> type) {
    return type == SendOption.class || type == SendOption[].class;
  }

  private Optional<ProducerMethod.MessageBuilder> builder(
      Method method, Sends sends, int payloadCount) {
    Class<?>[] payload = Arrays.copyOf(method.getParameterTypes(), payloadCount);
    MethodName wanted =
        MethodName.ofSender(method.getName()).orElse(new MethodName(sends.category, sends.name));
    for (Builder candidate : List.copyOf(builders.keySet())) {
      if (candidate.name.equals(wanted)
          && Arrays.equals(candidate.method.getParameterTypes(), payload)) {
        builders.put(candidate, true);
        return handle(candidate.method)
            .map(h -> new ProducerMethod.ByMethod(where(candidate.method), h));
      }
    }
    if (sends.type.equals(Message.STATUS) && payloadCount > 0) {
      problems.add(
          where(method) + ": has parameters (expected: none, since a status has no content)");
      return Optional.empty();
    }
    return names(method, payloadCount)
        .map(names -> new ProducerMethod.Default(sends.category, sends.type, sends.name, names));
  }

  /** The keys of the parameters' dictionary; none where the one parameter is the whole of it. */
  private Optional<List<String>> names(Method method, int payloadCount) {
    List<String> names = new ArrayList<>();
    for (int i = 0; i < payloadCount; i++) {
      Parameter parameter = method.getParameters()[i];
      Param named = parameter.getAnnotation(Param.class);
      if (named == null && payloadCount == 1) {
        return Optional.of(List.of());
      }
      if (named == null && !parameter.isNamePresent()) {
        problems.add(
            where(method)
                + ", parameter "
                + (i + 1)
                + ": no name (expected: @Param on each of several parameters, or the interface compiled with"
                + " -parameters)");
        return Optional.empty();
      }
      String name = named == null ? parameter.getName() : named.value();
      if (names.contains(name)) {
        problems.add(
            where(method)
                + ", parameter "
                + (i + 1)
                + ": '"
                + name
                + "' again (expected: another name)");
        return Optional.empty();
      }
      names.add(name);
    }
    return Optional.of(names);
  }

  private Optional<MethodHandle> handle(Method method) {
    Class<?> declaring = method.getDeclaringClass();
    try {
      return Optional.of(
          MethodHandles.privateLookupIn(declaring, MethodHandles.lookup())
              .unreflectSpecial(method, declaring)
              .asFixedArity()
              .asSpreader(Object[].class, method.getParameterCount())
              .asType(MethodType.methodType(Object.class, Object.class, Object[].class)));
    } catch (IllegalAccessException e) {
      problems.add(
          where(method)
              + ": can't be called (expected: its package opened to org.postage by its module)");
      return Optional.empty();
    }
  }

  private static String id(Method method) {
    return method.getDeclaringClass().getSimpleName() + "." + method.getName();
  }

  private static String where(Method method) {
    return id(method)
        + Arrays.stream(method.getParameterTypes())
            .map(Class::getSimpleName)
            .collect(Collectors.joining(", ", "(", ")"));
  }
}
