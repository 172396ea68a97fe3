package org.postage.service.rpc;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.postage.encoding.JsonEncoder;
import org.postage.handler.CallSignature;
import org.postage.handler.Failure;
import org.postage.message.Message;
import org.postage.topology.Binding;
import org.postage.topology.Exchange;
import org.postage.transport.Delivery;

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

  /** What requests ask to be answered to. */
  Pattern replyAddresses();

  /**
   * The queues of a service, as its Python instances have them.
   *
   * @param targets what can be called there
   */
  List<Binding> requests(String service, Collection<String> targets);

  /**
   * Reads a request, as {@link CallSignature#call} has it.
   *
   * @throws org.postage.message.PostageException if it can't be read
   */
  Message call(JsonEncoder json, Delivery delivery);

  /** What an answer says where all went well. */
  Object succeeded(JsonEncoder json, @Nullable Object value);

  /**
   * What an answer says where it did not.
   *
   * @param target what was called; empty where that can't be read
   */
  Object failed(JsonEncoder json, Failure failure, String target);

  /** A list that was read; nothing where there is something else. */
  static List<?> list(@Nullable Object value) {
    return value instanceof List<?> list ? list : List.of();
  }

  /** An exception's text. */
  static String text(Throwable thrown) {
    String text = thrown.getMessage();
    return text == null ? "" : text;
  }
}
