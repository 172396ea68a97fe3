package org.postage.service;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.postage.message.SnakeCase;

/** What the methods of a service's object are for, read once. Immutable. */
final class ServiceMethods {
  /** A method that hears events. */
  record Listening(Method method, String target, EventListener listener) {}

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,60}");
  private static final Pattern TARGET = Pattern.compile("[A-Za-z0-9_.]{1,100}");
  private static final Pattern EVENT = Pattern.compile("[^.\\s]{1,60}(\\.[^.\\s]{1,60}){0,9}");

  private final String name;
  private final Object object;
  private final Map<String, Method> calls = new LinkedHashMap<>();
  private final List<Listening> listeners = new ArrayList<>();
  private final List<Timers.Timer> timers = new ArrayList<>();

  private ServiceMethods(String name, Object object) {
    this.name = name;
    this.object = object;
  }

  /**
   * Reads an object.
   *
   * @throws IllegalArgumentException if it is no service; it says all that is wrong
   */
  static ServiceMethods of(Object object) {
    Class<?> type = object.getClass();
    List<String> problems = new ArrayList<>();
    Service service = type.getAnnotation(Service.class);
    String name = service == null ? "" : service.value();
    if (service == null) {
      problems.add("no @Service (expected: @Service(\"name\") on the class)");
    } else if (!NAME.matcher(name).matches()) {
      problems.add(
          "@Service(\"" + name + "\") (expected: 1 to 60 letters, digits, '_' and '-', no dot)");
    }
    ServiceMethods methods = new ServiceMethods(name, object);
    for (Method method : declared(type)) {
      methods.add(method, problems);
    }
    if (problems.isEmpty() && methods.isIdle()) {
      problems.add("nothing to do (expected: @Rpc, @EventListener or @Every on a method)");
    }
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(
          type.getName() + " is no service:\n  " + String.join("\n  ", problems));
    }
    return methods;
  }

  String name() {
    return name;
  }

  Object object() {
    return object;
  }

  /** What can be called, by the names that callers use. */
  Map<String, Method> calls() {
    return calls;
  }

  List<Listening> listeners() {
    return listeners;
  }

  List<Timers.Timer> timers() {
    return timers;
  }

  private boolean isIdle() {
    return calls.isEmpty() && listeners.isEmpty() && timers.isEmpty();
  }

  private void add(Method method, List<String> problems) {
    Rpc rpc = method.getAnnotation(Rpc.class);
    EventListener listener = method.getAnnotation(EventListener.class);
    if (rpc != null) {
      String target = named(rpc.value(), method);
      if (!TARGET.matcher(target).matches() || target.startsWith("_")) {
        problems.add(
            method.getName()
                + ": target '"
                + target
                + "' (expected: letters, digits, '_' and '.', the first no '_')");
      } else if (calls.putIfAbsent(target, method) != null) {
        problems.add(method.getName() + ": a second target '" + target + "' (expected: one)");
      }
    }
    Every every = method.getAnnotation(Every.class);
    if (every != null) {
      addTimer(method, every, problems);
    }
    if (listener != null) {
      String target = named(listener.name(), method);
      if (!NAME.matcher(listener.source()).matches()
          || !EVENT.matcher(listener.event()).matches()
          || !TARGET.matcher(target).matches()) {
        problems.add(
            method.getName()
                + ": source '"
                + listener.source()
                + "', event '"
                + listener.event()
                + "', name '"
                + target
                + "' (expected: a service's name, words with dots between, and a name)");
      }
      boolean isTaken =
          listeners.stream()
              .anyMatch(
                  other ->
                      other.listener.source().equals(listener.source())
                          && other.listener.event().equals(listener.event())
                          && (other.target.equals(target)
                              || listener.audience() == EventListener.Audience.SINGLETON));
      if (isTaken) {
        problems.add(
            method.getName()
                + ": a second listener of one queue, '"
                + target
                + "' (expected: one, since each event would go to either)");
      }
      listeners.add(new Listening(method, target, listener));
    }
  }

  private void addTimer(Method method, Every every, List<String> problems) {
    Optional<Duration> interval = duration(every.value()).filter(d -> d.toMillis() >= 1);
    if (interval.isEmpty()) {
      problems.add(
          method.getName()
              + ": @Every(\""
              + every.value()
              + "\") (expected: 1 ms or more, such as PT0.5S or PT10M)");
    }
    if (method.getParameterCount() > 0) {
      problems.add(method.getName() + ": @Every on a method with parameters (expected: none)");
    } else {
      interval.ifPresent(
          d ->
              handle(method, problems)
                  .map(call -> new Timers.Timer(id(method), d, every.atOnce(), call))
                  .ifPresent(timers::add));
    }
  }

  private String id(Method method) {
    return name + "." + SnakeCase.of(method.getName());
  }

  private Optional<MethodHandle> handle(Method method, List<String> problems) {
    try {
      MethodHandle handle =
          MethodHandles.privateLookupIn(method.getDeclaringClass(), MethodHandles.lookup())
              .unreflect(method);
      boolean isStatic = Modifier.isStatic(method.getModifiers());
      return Optional.of(isStatic ? handle : handle.bindTo(object));
    } catch (IllegalAccessException e) {
      problems.add(
          method.getName()
              + ": can't be called (expected: its package opened to org.postage by its module)");
      return Optional.empty();
    }
  }

  private static Optional<Duration> duration(String text) {
    try {
      return Optional.of(Duration.parse(text));
    } catch (DateTimeParseException e) {
      return Optional.empty();
    }
  }

  private static String named(@Nullable String told, Method method) {
    return told == null || told.isEmpty() ? SnakeCase.of(method.getName()) : told;
  }

  // The JVM gives methods in any order; a subclass's override stands for what it overrides.
  private static List<Method> declared(Class<?> type) {
    Map<String, Method> bySignature = new LinkedHashMap<>();
    for (Class<?> c = type; c != null && c != Object.class; c = c.getSuperclass()) {
      Method[] methods = c.getDeclaredMethods();
      Arrays.sort(
          methods, Comparator.comparing(Method::getName).thenComparing(Method::toGenericString));
      for (Method method : methods) {
        boolean isOwn = (method.getModifiers() & (Modifier.PRIVATE | Modifier.STATIC)) != 0;
        String signature =
            (isOwn ? c.getName() : "")
                + method.getName()
                + Arrays.toString(method.getParameterTypes());
        if (!method.isSynthetic()) {
          bySignature.putIfAbsent(signature, method);
        }
      }
    }
    return List.copyOf(bySignature.values());
  }
}
