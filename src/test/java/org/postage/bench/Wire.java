package org.postage.bench;

import com.fasterxml.jackson.annotation.JsonProperty;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import org.postage.message.Fingerprint;

/**
 * The protocol by hand: the same dictionaries that this library sends, as records that bare Jackson
 * writes and reads. What every peer uses, in the fastest way that Jackson has.
 */
public final class Wire {
  /** Of an order that is sent or asked about. */
  public record Request(
      String type,
      String name,
      String category,
      String version,
      Fingerprint fingerprint,
      Parameters content,
      @JsonProperty("_reserved") Map<String, String> reserved) {}

  /** A command's content. */
  public record Parameters(Order parameters) {}

  /** Of the answer. */
  public record Reply(
      String type,
      String name,
      String category,
      String version,
      Map<String, String> fingerprint,
      Value content,
      @JsonProperty("_reserved") Map<String, String> reserved) {}

  /** An answer's content. */
  public record Value(String type, Order value, String message) {}

  private static final JsonMapper MAPPER = new JsonMapper();
  private static final ObjectWriter REQUEST_WRITER = MAPPER.writerFor(Request.class);
  private static final ObjectReader REQUEST_READER = MAPPER.readerFor(Request.class);
  private static final ObjectWriter REPLY_WRITER = MAPPER.writerFor(Reply.class);
  private static final ObjectReader REPLY_READER = MAPPER.readerFor(Reply.class);
  private static final Fingerprint SENDER = Fingerprint.bare();

  private Wire() {}

  /** A message to a handler. */
  public static byte[] message(Order order) {
    return write(REQUEST_WRITER, request("message", order));
  }

  /** A request. */
  public static byte[] rpc(Order order) {
    return write(REQUEST_WRITER, request("rpc", order));
  }

  /** What a message or a request is about. */
  public static Order order(byte[] body) {
    try {
      return REQUEST_READER.<Request>readValue(body).content().parameters();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static byte[] reply(Order order) {
    return write(
        REPLY_WRITER,
        new Reply(
            "result", "none", "message", "2", Map.of(), new Value("success", order, ""), Map.of()));
  }

  static Order answer(byte[] body) {
    try {
      return REPLY_READER.<Reply>readValue(body).content().value();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Request request(String category, Order order) {
    return new Request("command", "order", category, "2", SENDER, new Parameters(order), Map.of());
  }

  private static byte[] write(ObjectWriter writer, Object dictionary) {
    try {
      return writer.writeValueAsBytes(dictionary);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
