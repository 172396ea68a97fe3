package org.postage.service.rpc;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.postage.message.PostageException;
import org.postage.message.SafeText;

/**
 * The far side was asked, and failed. All that it says of that is text: names of exceptions are
 * never looked up.
 */
public final class RemoteException extends PostageException {
  private final String type;
  private final String text;
  private final @Nullable String origin;
  private final transient List<@Nullable Object> args;

  RemoteException(
      RpcRequest request, String type, String text, @Nullable String origin, List<?> args) {
    super(SafeText.of(request) + " failed: " + SafeText.of(type) + ": " + SafeText.of(text));
    this.type = type;
    this.text = text;
    this.origin = origin;
    this.args = Collections.unmodifiableList(new ArrayList<>(args));
  }

  /**
   * The simple name of the far side's exception. Some are the protocol's own: {@code
   * MethodNotFound}, {@code IncorrectSignature}, {@code MalformedRequest} and {@code
   * UnserializableValueError} of nameko, {@code RPCTargetDoesNotExist} and {@code
   * RPCMalformedMessage} of micro_framework.
   */
  public String type() {
    return type;
  }

  /** What it says, in full. */
  public String text() {
    return text;
  }

  /**
   * Where the exception's class is: nameko's full name of it, micro_framework's module; null for
   * classes that Python brings with it.
   */
  public @Nullable String origin() {
    return origin;
  }

  /** What the exception was made with, as far as the far side tells. */
  public List<@Nullable Object> args() {
    return args;
  }
}
