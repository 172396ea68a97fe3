package org.postage.amqp;

import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.AuthenticationFailureException;
import com.rabbitmq.client.Method;
import com.rabbitmq.client.PossibleAuthenticationFailureException;
import com.rabbitmq.client.ShutdownSignalException;
import java.io.EOFException;
import java.net.SocketException;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.postage.message.SafeText;
import org.postage.transport.BrokerRefusedException;
import org.postage.transport.TransportException;

/** What the client throws, translated: the broker's refusals carry its code and its words. */
final class Refusals {
  // Others, as "connection forced" and "internal error", say nothing of what was asked.
  private static final Set<Integer> REFUSALS =
      Set.of(
          AMQP.INVALID_PATH,
          AMQP.ACCESS_REFUSED,
          AMQP.NOT_FOUND,
          AMQP.RESOURCE_LOCKED,
          AMQP.PRECONDITION_FAILED,
          AMQP.COMMAND_INVALID,
          AMQP.NOT_ALLOWED,
          AMQP.NOT_IMPLEMENTED);

  private static final Pattern EXCHANGE =
      Pattern.compile("(?:no|to|internal) exchange '([^']*)' in vhost");

  private Refusals() {}

  /** The exception for something that was asked and failed. */
  static TransportException translate(String asked, Throwable failure) {
    if (failure instanceof TransportException already) {
      return already;
    }
    if (failure instanceof AuthenticationFailureException) {
      return new BrokerRefusedException(asked + ": " + why(failure), AMQP.ACCESS_REFUSED, failure);
    }
    ShutdownSignalException signal = signalIn(failure);
    int code = signal == null ? 0 : code(signal);
    if (signal != null && REFUSALS.contains(code)) {
      return new BrokerRefusedException(asked + ": " + text(signal), code, failure);
    }
    return new TransportException(asked + ": " + why(failure), failure);
  }

  /** Why no connection could be made, in words that say what to look at. */
  static String why(Throwable failure) {
    if (failure instanceof TransportException ours) {
      return reason(ours);
    }
    if (failure instanceof AuthenticationFailureException) {
      return "user or password refused (expected: a user of the broker; see POSTAGE_USER, POSTAGE_PASSWORD)";
    }
    SSLException tls = find(SSLException.class, failure);
    if (tls != null) {
      return "no TLS: "
          + reason(tls)
          + " (expected: a broker whose certificate is trusted and names the host;"
          + " a client certificate where it asks for one)";
    }
    ShutdownSignalException signal = signalIn(failure);
    return signal == null ? reason(failure) : text(signal);
  }

  /** Whether trying to connect again is not likely to help, until somebody changes something. */
  static boolean isLasting(Throwable failure) {
    // One of ours: there is no password, or no certificate, to connect with.
    return failure instanceof TransportException
        || translate("", failure) instanceof BrokerRefusedException
        || isTlsRefusal(failure);
  }

  /** Whether the far side broke off without a word of AMQP. */
  static boolean isBrokenOff(Throwable failure) {
    return !(failure instanceof PossibleAuthenticationFailureException)
        && (find(SSLException.class, failure) != null
            || find(EOFException.class, failure) != null
            || find(SocketException.class, failure) != null);
  }

  // A connection that only breaks in the middle of it says nothing of certificates.
  private static boolean isTlsRefusal(Throwable failure) {
    return find(SSLException.class, failure) != null
        && find(EOFException.class, failure) == null
        && find(SocketException.class, failure) == null;
  }

  /** AMQP's reply code of a closed channel or connection; 0 where the broker gave none. */
  static int code(ShutdownSignalException signal) {
    Method reason = signal.getReason();
    if (reason instanceof AMQP.Channel.Close close) {
      return close.getReplyCode();
    } else if (reason instanceof AMQP.Connection.Close close) {
      return close.getReplyCode();
    }
    return 0;
  }

  /** The broker's words for why it closed a channel or a connection, or the client's. */
  static String text(ShutdownSignalException signal) {
    Method reason = signal.getReason();
    if (reason instanceof AMQP.Channel.Close close) {
      return SafeText.of(close.getReplyText());
    } else if (reason instanceof AMQP.Connection.Close close) {
      return SafeText.of(close.getReplyText());
    }
    Throwable cause = signal.getCause();
    return cause == null ? "the connection was closed" : reason(cause);
  }

  /** The exchange that a refusal speaks of, if it does. */
  static Optional<String> exchangeIn(Throwable failure) {
    ShutdownSignalException signal = signalIn(failure);
    if (signal == null) {
      return Optional.empty();
    }
    Matcher matcher = EXCHANGE.matcher(text(signal));
    if (!matcher.find()) {
      return Optional.empty();
    }
    String name = matcher.group(1);
    // What the broker calls the one without a name.
    return Optional.of(name.equals("amq.default") ? "" : name);
  }

  static @Nullable ShutdownSignalException signalIn(Throwable failure) {
    return find(ShutdownSignalException.class, failure);
  }

  private static <T extends Throwable> @Nullable T find(Class<T> type, Throwable failure) {
    for (Throwable t = failure; t != null; t = t.getCause()) {
      if (type.isInstance(t)) {
        return type.cast(t);
      }
    }
    return null;
  }

  /** One line: the message, or the class where there is none. */
  static String reason(Throwable failure) {
    if (failure instanceof ShutdownSignalException signal) {
      return text(signal);
    }
    String message = failure.getMessage();
    return message == null ? failure.getClass().getSimpleName() : SafeText.of(message);
  }
}
