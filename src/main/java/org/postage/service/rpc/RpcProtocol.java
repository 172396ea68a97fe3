package org.postage.service.rpc;

/** Whose calls are spoken. */
public enum RpcProtocol {
  /**
   * nameko 2.12 and newer: exchange {@code nameko-rpc}, one queue for each service, named by
   * methods.
   */
  NAMEKO,

  /** micro_framework 2: exchange {@code ufw-rpc}, one queue for each target of a service. */
  MICRO_FRAMEWORK;

  RpcFormat format() {
    return switch (this) {
      case NAMEKO -> new NamekoFormat();
      case MICRO_FRAMEWORK -> new UfwFormat();
    };
  }
}
