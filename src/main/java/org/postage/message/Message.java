package org.postage.message;

import static java.util.Objects.requireNonNull;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One message of the protocol.
 *
 * <p>Immutable and thread-safe, as far as the values given to it are: the maps are copied, the
 * values in them are not. What was received holds only maps, lists, strings, numbers, booleans and
 * nulls, and none of it can be changed. What is sent may hold anything that the encoder can write:
 * records, objects, dates.
 *
 * @param category whether the sender waits for an answer
 * @param type {@link #COMMAND}, {@link #STATUS}, {@link #RESULT}, {@link #NONE} or any other word
 * @param name the name of the command or status; {@link #NONE} where there is none
 * @param fingerprint who sent it, as a dictionary; empty where the sender did not say
 * @param content the payload; its layout depends on the type
 * @param reserved kept for the protocol; carried through unread
 */
public record Message(
    MessageCategory category,
    String type,
    String name,
    Map<String, @Nullable Object> fingerprint,
    Map<String, @Nullable Object> content,
    Map<String, @Nullable Object> reserved) {
  /** The type of messages that ask for something. */
  public static final String COMMAND = "command";

  /** The type of messages that tell something. */
  public static final String STATUS = "status";

  /** The type of messages that answer a request. */
  public static final String RESULT = "result";

  /** The type and the name of a bare message, and the name of a result. */
  public static final String NONE = "none";

  /** The key of a command's payload in its content. */
  public static final String PARAMETERS = "parameters";

  /** Copies the maps. */
  public Message {
    requireNonNull(category, "category");
    requireNonNull(type, "type");
    requireNonNull(name, "name");
    fingerprint = copy(fingerprint);
    content = copy(content);
    reserved = copy(reserved);
  }

  /** A message of any type, with no fingerprint yet: a producer fills in its own. */
  public static Message of(
      MessageCategory category,
      String type,
      String name,
      Map<String, ? extends @Nullable Object> content) {
    return new Message(category, type, name, Map.of(), copy(content), Map.of());
  }

  /** A command without parameters. */
  public static Message command(String name) {
    return command(name, Map.of());
  }

  /** A command; {@code parameters} may be any value, also a bare string, a list or null. */
  public static Message command(String name, @Nullable Object parameters) {
    return of(MessageCategory.MESSAGE, COMMAND, name, parametersOf(parameters));
  }

  /** A request without parameters. */
  public static Message rpc(String name) {
    return rpc(name, Map.of());
  }

  /** A request; {@code parameters} may be any value, also a bare string, a list or null. */
  public static Message rpc(String name, @Nullable Object parameters) {
    return of(MessageCategory.RPC, COMMAND, name, parametersOf(parameters));
  }

  /** A status; the status is the message's name. */
  public static Message status(String status) {
    return of(MessageCategory.MESSAGE, STATUS, status, Map.of());
  }

  /**
   * A bare message: positional and named arguments, no type, no name.
   *
   * @param args left out of the content where there are none
   * @param kwds left out of the content where there are none
   */
  public static Message bare(
      List<? extends @Nullable Object> args, Map<String, ? extends @Nullable Object> kwds) {
    Map<String, @Nullable Object> content = new LinkedHashMap<>();
    if (!args.isEmpty()) {
      content.put("args", args);
    }
    if (!kwds.isEmpty()) {
      content.put("kwds", kwds);
    }
    return of(MessageCategory.MESSAGE, NONE, NONE, content);
  }

  /** What handlers are looked up by. */
  public MessageKey key() {
    return new MessageKey(category, type, name);
  }

  /** A command's parameters; null where there are none. */
  public @Nullable Object parameters() {
    return content.get(PARAMETERS);
  }

  /** Who sent it, with every value that was not sent as {@link Fingerprint#UNKNOWN}. */
  public Fingerprint sender() {
    return Fingerprint.ofMap(fingerprint);
  }

  /** The same message with this content. */
  public Message withContent(Map<String, ? extends @Nullable Object> newContent) {
    return new Message(category, type, name, fingerprint, copy(newContent), reserved);
  }

  /** The same message under another name. */
  public Message withName(String newName) {
    return new Message(category, type, newName, fingerprint, content, reserved);
  }

  /** The same message from this sender. */
  public Message withFingerprint(Map<String, ? extends @Nullable Object> newFingerprint) {
    return new Message(category, type, name, copy(newFingerprint), content, reserved);
  }

  private static Map<String, @Nullable Object> parametersOf(@Nullable Object parameters) {
    return Dictionary.of(PARAMETERS, parameters);
  }

  private static Map<String, @Nullable Object> copy(Map<String, ? extends @Nullable Object> map) {
    return Dictionary.copyOf(map);
  }
}
