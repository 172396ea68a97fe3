package org.postage.service.rpc;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.postage.encoding.JsonEncoder;
import org.postage.topology.Binding;
import org.postage.topology.Exchange;

/** How calls look on the wire. Thread-safe. */
interface RpcFormat {
  /** Requests and answers both go through it. */
  Exchange exchange();

  /**
   * Where answers come to. Its key is the address that requests name.
   *
   * @param caller what the caller is called
   * @param id nobody else's
   */
  Binding answers(String caller, String id);

  /** The key of requests for this. */
  String key(String service, String target);

  /** The body of a request. */
  byte[] request(JsonEncoder json, RpcRequest request);

  /**
   * The headers of a request.
   *
   * @param callId what this call is called
   */
  Map<String, Object> headers(String callId);

  /**
   * What an answer means.
   *
   * @return the value
   * @throws RemoteException if the far side failed, and says so
   * @throws org.postage.message.PostageException if the answer can't be read
   */
  @Nullable Object answer(JsonEncoder json, RpcRequest request, byte[] body);

  /** What to ask to hear of a service's targets; null where nobody would answer that. */
  @Nullable RpcRequest targetsOf(String service);

  /** What there is not, where no queue is bound for a request. */
  String missing(RpcRequest request);

  /** A list that was read; nothing where there is something else. */
  static List<?> list(@Nullable Object value) {
    return value instanceof List<?> list ? list : List.of();
  }
}
