package org.postage.service.rpc;

import java.util.Collection;
import java.util.List;
import org.postage.handler.Protocol;
import org.postage.topology.Binding;

/** Whose calls are spoken. */
public enum RpcProtocol {
  /**
   * nameko 2.12 and newer: exchange {@code nameko-rpc}, one queue for each service, named by
   * methods.
   */
  NAMEKO,

  /** micro_framework 2: exchange {@code ufw-rpc}, one queue for each target of a service. */
  MICRO_FRAMEWORK;

  /**
   * The queues of a service, as its Python instances have them.
   *
   * @param service its name
   * @param targets what can be called there
   */
  public List<Binding> requestsOf(String service, Collection<String> targets) {
    return format().requests(service, targets);
  }

  /** How a processor reads and answers requests. */
  public Protocol serverProtocol() {
    return new RpcServerProtocol(format());
  }

  RpcFormat format() {
    return switch (this) {
      case NAMEKO -> new NamekoFormat();
      case MICRO_FRAMEWORK -> new UfwFormat();
    };
  }
}
