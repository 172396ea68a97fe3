package org.postage.producer;

import java.lang.invoke.MethodHandle;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.postage.message.Dictionary;
import org.postage.message.Message;
import org.postage.message.MessageCategory;

/** What one method of a producer interface does, found out once. Immutable and thread-safe. */
interface ProducerMethod {
  @Nullable Object invoke(Object proxy, @Nullable Object[] arguments, Outbox outbox)
      throws Throwable;

  /** From arguments to a message. */
  interface MessageBuilder {
    Message build(Object proxy, @Nullable Object[] payload) throws Throwable;
  }

  /** From a message to what the method returns. */
  interface Sending {
    @Nullable Object send(Outbox outbox, Message message, SendOption[] options);
  }

  /** A default method that sends nothing itself. */
  record Plain(MethodHandle handle) implements ProducerMethod {
    @Override
    public @Nullable Object invoke(Object proxy, @Nullable Object[] arguments, Outbox outbox)
        throws Throwable {
      return (Object) handle.invokeExact(proxy, arguments);
    }
  }

  /**
   * A method that sends.
   *
   * @param id class and method, without the parameters that {@code where} shows
   * @param payloadCount the first so many arguments are the payload; the others are options
   */
  record Sender(
      String where,
      String id,
      MessageCategory category,
      int payloadCount,
      MessageBuilder builder,
      Sending sending)
      implements ProducerMethod {
    private static final SendOption[] NO_OPTIONS = {};

    @Override
    public @Nullable Object invoke(Object proxy, @Nullable Object[] arguments, Outbox outbox)
        throws Throwable {
      Message message = builder.build(proxy, payload(arguments));
      if (message.category() != category) {
        throw new IllegalStateException(
            where
                + ": its builder made a message of category "
                + message.category().wireName()
                + " (expected: "
                + category.wireName()
                + ")");
      }
      return sending.send(outbox.of(id), outbox.signed(message), options(arguments));
    }

    private @Nullable Object[] payload(@Nullable Object[] arguments) {
      return arguments.length == payloadCount ? arguments : Arrays.copyOf(arguments, payloadCount);
    }

    private SendOption[] options(@Nullable Object[] arguments) {
      if (arguments.length == payloadCount) {
        return NO_OPTIONS;
      } else if (arguments.length == payloadCount + 1
          && arguments[payloadCount] instanceof SendOption[] options) {
        return options;
      }
      List<SendOption> options = new ArrayList<>();
      for (int i = payloadCount; i < arguments.length; i++) {
        if (arguments[i] instanceof SendOption option) {
          options.add(option);
        } else if (arguments[i] instanceof SendOption[] several) {
          Collections.addAll(options, several);
        } else {
          throw new NullPointerException(
              where
                  + ": option "
                  + (i - payloadCount + 1)
                  + " is null (expected: SendOption.key(..) and the like)");
        }
      }
      return options.toArray(NO_OPTIONS);
    }
  }

  /** Builds by a method of the interface. */
  record ByMethod(String where, MethodHandle handle) implements MessageBuilder {
    @Override
    public Message build(Object proxy, @Nullable Object[] payload) throws Throwable {
      Object built = (Object) handle.invokeExact(proxy, payload);
      if (built instanceof Message message) {
        return message;
      }
      throw new NullPointerException(where + " returned null (expected: a Message)");
    }
  }

  /** Python's default: a command; one argument is the parameters, several are a dictionary. */
  record Default(MessageCategory category, String type, String name, List<String> names)
      implements MessageBuilder {
    @Override
    public Message build(Object proxy, @Nullable Object[] payload) {
      if (type.equals(Message.STATUS)) {
        return Message.status(name);
      }
      return Message.of(category, type, name, content(payload));
    }

    private Map<String, @Nullable Object> content(@Nullable Object[] payload) {
      return Dictionary.of(
          Message.PARAMETERS, names.isEmpty() && payload.length == 1 ? payload[0] : named(payload));
    }

    private Map<String, @Nullable Object> named(@Nullable Object[] payload) {
      Map<String, @Nullable Object> named = new LinkedHashMap<>();
      for (int i = 0; i < payload.length; i++) {
        named.put(names.get(i), payload[i]);
      }
      return named;
    }
  }
}
