package org.postage.service;

import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import org.postage.handler.CallSignature;
import org.postage.message.Param;
import org.postage.message.SafeText;
import org.postage.service.rpc.RpcTarget;

/** What micro_framework's callers may ask a service about itself. Immutable and thread-safe. */
final class Targets {
  private final List<RpcTarget> targets = new ArrayList<>();

  Targets(Map<String, Method> calls) {
    calls.forEach((name, method) -> targets.add(target(name, method)));
  }

  /** {@code __list_targets__}. */
  List<RpcTarget> list() {
    return targets;
  }

  /** {@code __get_target__}. */
  RpcTarget get(@Param("target") String target) {
    return targets.stream()
        .filter(known -> known.target().equals(target))
        .findFirst()
        .orElseThrow(() -> new NoSuchElementException("'" + SafeText.of(target) + "'"));
  }

  private static RpcTarget target(String name, Method method) {
    List<String> args = new ArrayList<>();
    List<String> kwargs = new ArrayList<>();
    CallSignature.of(method)
        .slots()
        .forEach(slot -> (slot.mayBeAbsent() ? kwargs : args).add(slot.name()));
    Rpc rpc = method.getAnnotation(Rpc.class);
    String docstring = rpc == null || rpc.docstring().isEmpty() ? null : rpc.docstring();
    return new RpcTarget(name, args, kwargs, docstring);
  }
}
