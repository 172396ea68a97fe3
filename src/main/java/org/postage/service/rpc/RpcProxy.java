package org.postage.service.rpc;

import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Proxy;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.postage.encoding.JsonEncoder;
import org.postage.message.SnakeCase;
import org.postage.producer.Rpc;

/** A service as an interface, understood once. Thread-safe. */
final class RpcProxy implements InvocationHandler {
  private static final Object[] NO_ARGUMENTS = {};

  /** What a method calls, and what it makes of the answer. */
  private record Plan(String target, Type type, boolean waits) {}

  private final Class<?> type;
  private final String service;
  private final RpcClient client;
  private final Map<Method, Plan> plans = new HashMap<>();
  private final Map<Method, MethodHandle> defaults = new HashMap<>();

  private RpcProxy(Class<?> type, String service, RpcClient client) {
    this.type = type;
    this.service = service;
    this.client = client;
  }

  static <P> P create(Class<P> type, String service, RpcClient client, JsonEncoder json) {
    if (!type.isInterface()) {
      throw new IllegalArgumentException(
          type.getName() + " can't be called through (expected: an interface)");
    }
    RpcProxy proxy = new RpcProxy(type, service, client);
    List<String> problems = new ArrayList<>();
    for (Method method : type.getMethods()) {
      if (Modifier.isAbstract(method.getModifiers())) {
        proxy.add(method, json, problems);
      } else if (method.isDefault()) {
        proxy.addDefault(method, problems);
      }
    }
    // Says so now where the name is none.
    RpcRequest ignored = RpcRequest.of(service, "target");
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(
          type.getName()
              + " can't be called through:"
              + problems.stream().map(each -> "\n  " + each).collect(Collectors.joining()));
    }
    return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, proxy));
  }

  private void add(Method method, JsonEncoder json, List<String> problems) {
    Rpc named = method.getAnnotation(Rpc.class);
    String target =
        named == null || named.value().isEmpty() ? SnakeCase.of(method.getName()) : named.value();
    Type returned = method.getGenericReturnType();
    boolean waits = method.getReturnType() != CompletableFuture.class;
    if (!waits) {
      returned =
          returned instanceof ParameterizedType future
              ? future.getActualTypeArguments()[0]
              : Object.class;
    }
    Type read = returned == void.class || returned == Void.class ? Object.class : returned;
    try {
      json.check(read);
      plans.put(method, new Plan(target, read, waits));
    } catch (IllegalArgumentException e) {
      problems.add(
          method.getName() + ": " + read.getTypeName() + " can't be read: " + e.getMessage());
    }
  }

  private void addDefault(Method method, List<String> problems) {
    Class<?> declaring = method.getDeclaringClass();
    try {
      defaults.put(
          method,
          MethodHandles.privateLookupIn(declaring, MethodHandles.lookup())
              .unreflectSpecial(method, declaring)
              .asFixedArity()
              .asSpreader(Object[].class, method.getParameterCount()));
    } catch (IllegalAccessException e) {
      problems.add(
          method.getName()
              + ": can't be called (expected: its package opened to org.postage by its module)");
    }
  }

  @Override
  @SuppressWarnings("ReferenceEquality") // A proxy equals itself only.
  public @Nullable Object invoke(Object proxy, Method method, Object @Nullable [] args)
      throws Throwable {
    Object[] arguments = args == null ? NO_ARGUMENTS : args;
    Plan plan = plans.get(method);
    if (plan != null) {
      return call(plan, method, arguments);
    }
    MethodHandle own = defaults.get(method);
    if (own != null) {
      return own.invoke(proxy, arguments);
    }
    // Only Object's own methods are left.
    return switch (method.getName()) {
      case "toString" -> "service '" + service + "' as " + type.getName();
      case "hashCode" -> System.identityHashCode(proxy);
      default -> proxy == arguments[0];
    };
  }

  private @Nullable Object call(Plan plan, Method method, Object[] arguments) {
    RpcRequest request = RpcRequest.of(service, plan.target, arguments);
    CompletableFuture<@Nullable Object> answer = client.send(request, plan.type);
    if (!plan.waits) {
      return answer;
    }
    Object value = client.await(answer, request);
    return method.getReturnType() == void.class ? null : value;
  }
}
