package org.postage.service.rpc;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a service says of something that can be called there. Immutable.
 *
 * @param target its name
 * @param args names of parameters that have to be given; for methods of Python classes {@code self}
 *     is among them
 * @param kwargs names of parameters that may be given
 * @param docstring what it does; null where the service does not say
 */
public record RpcTarget(
    String target, List<String> args, List<String> kwargs, @Nullable String docstring) {
  /** Copies the lists. */
  public RpcTarget {
    args = List.copyOf(args);
    kwargs = List.copyOf(kwargs);
  }
}
