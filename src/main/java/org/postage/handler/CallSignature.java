package org.postage.handler;

import java.lang.reflect.Method;
import java.lang.reflect.Parameter;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.postage.message.MalformedMessageException;
import org.postage.message.Message;
import org.postage.message.MessageCategory;
import org.postage.message.Param;

/**
 * The parameters of a method that is called with arguments by position and by name, as Python
 * calls. Those whose types ask for something of the message ({@link org.postage.transport.Delivery}
 * and the like) are none of them. Immutable and thread-safe.
 */
public final class CallSignature {
  private static final String ARGS = "args";
  private static final String KWARGS = "kwargs";

  /**
   * A parameter that a caller fills.
   *
   * @param mayBeAbsent whether it is null then
   */
  public record Slot(String name, Type type, boolean mayBeAbsent) {}

  private final String method;
  private final List<Slot> slots;

  private CallSignature(String method, List<Slot> slots) {
    this.method = method;
    this.slots = List.copyOf(slots);
  }

  /** A method's; parameters have the names that {@link Param} or the compiler gave them. */
  public static CallSignature of(Method method) {
    List<Slot> slots = new ArrayList<>();
    for (Parameter parameter : method.getParameters()) {
      if (Parameters.isPayload(parameter)) {
        Param param = parameter.getAnnotation(Param.class);
        slots.add(
            new Slot(
                param == null ? parameter.getName() : param.value(),
                parameter.getParameterizedType(),
                Parameters.isNullable(parameter)));
      }
    }
    return new CallSignature(method.getName(), slots);
  }

  /** A call as the message that handlers are looked up by. */
  public static Message call(String name, List<?> args, Map<?, ?> kwargs) {
    Map<String, @Nullable Object> parameters = new LinkedHashMap<>();
    parameters.put(ARGS, args);
    parameters.put(KWARGS, kwargs);
    return Message.of(
        MessageCategory.RPC, Message.COMMAND, name, Map.of(Message.PARAMETERS, parameters));
  }

  /** What callers fill, in order. */
  public List<Slot> slots() {
    return slots;
  }

  /** Refuses a call with too many, too few, unknown or doubled arguments, in Python's words. */
  void check(Message message) {
    List<?> args = args(message);
    Map<?, ?> kwargs = kwargs(message);
    if (args.size() > slots.size()) {
      throw misfit(
          "takes "
              + slots.size()
              + " positional argument"
              + (slots.size() == 1 ? "" : "s")
              + " but "
              + args.size()
              + (args.size() == 1 ? " was given" : " were given"));
    }
    List<String> missing = new ArrayList<>();
    for (int i = 0; i < slots.size(); i++) {
      Slot slot = slots.get(i);
      if (i < args.size() && kwargs.containsKey(slot.name)) {
        throw misfit("got multiple values for argument '" + slot.name + "'");
      } else if (i >= args.size() && !kwargs.containsKey(slot.name) && !slot.mayBeAbsent) {
        missing.add("'" + slot.name + "'");
      }
    }
    if (!missing.isEmpty()) {
      throw misfit(
          "missing "
              + missing.size()
              + " required positional argument"
              + (missing.size() == 1 ? "" : "s")
              + ": "
              + String.join(", ", missing));
    }
    for (Object key : kwargs.keySet()) {
      if (slots.stream().noneMatch(slot -> slot.name.equals(key))) {
        throw misfit("got an unexpected keyword argument '" + key + "'");
      }
    }
  }

  @Nullable Object value(Invocation invocation, int index) {
    Slot slot = slots.get(index);
    List<?> args = args(invocation.message());
    Object value =
        index < args.size() ? args.get(index) : kwargs(invocation.message()).get(slot.name);
    return value == null && slot.mayBeAbsent
        ? null
        : invocation.encoder().convert(value, slot.type, "argument '" + slot.name + "'");
  }

  private UnfitMessageException misfit(String text) {
    return new UnfitMessageException(method + "() " + text);
  }

  private static List<?> args(Message message) {
    return part(message, ARGS) instanceof List<?> list ? list : List.of();
  }

  private static Map<?, ?> kwargs(Message message) {
    return part(message, KWARGS) instanceof Map<?, ?> map ? map : Map.of();
  }

  private static @Nullable Object part(Message message, String key) {
    if (!(message.parameters() instanceof Map<?, ?> parameters)) {
      throw new MalformedMessageException(
          "$", String.valueOf(message.parameters()), "a call with arguments");
    }
    return parameters.get(key);
  }
}
