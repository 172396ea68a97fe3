package org.postage.service.rpc;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.postage.encoding.Encoder;
import org.postage.encoding.JsonEncoder;
import org.postage.handler.Failure;
import org.postage.handler.Protocol;
import org.postage.message.Message;
import org.postage.message.Result;
import org.postage.topology.Destination;
import org.postage.transport.Delivery;
import org.postage.transport.RawMessage;

/** Requests and answers of services: what a processor speaks that serves one. Thread-safe. */
final class RpcServerProtocol implements Protocol {
  private final RpcFormat format;
  private final JsonEncoder json = new JsonEncoder();

  RpcServerProtocol(RpcFormat format) {
    this.format = format;
  }

  @Override
  public Encoder standard() {
    return json;
  }

  @Override
  public Encoder encoder(RawMessage message) {
    return json;
  }

  @Override
  public Message read(Delivery delivery, Encoder encoder) {
    return format.call(json, delivery);
  }

  @Override
  public Pattern replyAddresses() {
    return format.replyAddresses();
  }

  @Override
  public Destination answersTo(String replyAddress) {
    return format.exchange().withKey(replyAddress);
  }

  @Override
  public boolean answersToQueues() {
    return false;
  }

  @Override
  public RawMessage.Builder answer(Encoder encoder, Result result) {
    if (result instanceof Result.Success success) {
      return written(format.succeeded(json, success.value()));
    }
    String text =
        result instanceof Result.Thrown thrown
            ? thrown.message()
            : ((Result.Failure) result).message();
    return written(format.failed(json, Failure.of(Failure.Kind.REJECTED, text), ""));
  }

  @Override
  public RawMessage.Builder failure(Encoder encoder, Failure failure, @Nullable Message message) {
    return written(format.failed(json, failure, message == null ? "" : message.name()));
  }

  private RawMessage.Builder written(Object answer) {
    return RawMessage.of(json.encodeValue(answer))
        .contentType(JsonEncoder.CONTENT_TYPE)
        .contentEncoding("utf-8");
  }
}
