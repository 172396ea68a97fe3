package org.postage.service.rpc;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One call to be made. Immutable.
 *
 * @param service the service's name, without a dot
 * @param target the method of it; of micro_framework's classes {@code Class.method}
 * @param args what it is given by position; nulls are legal
 * @param kwargs what it is given by name; nulls are legal
 */
public record RpcRequest(
    String service,
    String target,
    List<@Nullable Object> args,
    Map<String, @Nullable Object> kwargs) {
  /**
   * Refuses names that a topic exchange would take for something else; copies.
   *
   * @throws IllegalArgumentException if a name is empty, or the service's has a dot
   */
  public RpcRequest {
    requireName("service", service);
    requireName("target", target);
    if (service.indexOf('.') >= 0) {
      throw new IllegalArgumentException(
          "service: '" + service + "' (expected: no dot, since what follows one is the target)");
    }
    args = Collections.unmodifiableList(new ArrayList<>(args));
    kwargs = Collections.unmodifiableMap(new LinkedHashMap<>(kwargs));
  }

  /** A call with these arguments, by position. */
  public static RpcRequest of(String service, String target, @Nullable Object... args) {
    return new RpcRequest(service, target, Arrays.asList(args), Map.of());
  }

  /** The same with one more argument, by name. */
  public RpcRequest with(String name, @Nullable Object value) {
    Map<String, @Nullable Object> more = new LinkedHashMap<>(kwargs);
    more.put(name, value);
    return new RpcRequest(service, target, args, more);
  }

  @Override
  public String toString() {
    return service + "." + target;
  }

  private static void requireName(String what, String name) {
    if (requireNonNull(name, what).isEmpty() || name.indexOf('*') >= 0 || name.indexOf('#') >= 0) {
      throw new IllegalArgumentException(
          what + ": '" + name + "' (expected: not empty, and without * and #)");
    }
  }
}
