package org.postage.jdbc;

import static java.util.Objects.requireNonNull;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A connection as a handler gets it: it can do all but end the transaction, and nothing at all when
 * the handler has ended.
 */
final class HandlersConnection implements InvocationHandler {
  private static final Set<String> REFUSED =
      Set.of("commit", "setAutoCommit", "abort", "setTransactionIsolation");

  private final Connection connection;
  private volatile boolean isEnded;

  HandlersConnection(Connection connection) {
    this.connection = connection;
  }

  Connection asConnection() {
    return (Connection)
        Proxy.newProxyInstance(
            Connection.class.getClassLoader(), new Class<?>[] {Connection.class}, this);
  }

  /** The handler has ended: its connection is somebody else's next. */
  void end() {
    isEnded = true;
  }

  @Override
  public @Nullable Object invoke(
      Object proxy, Method method, @Nullable Object @Nullable [] arguments) throws Throwable {
    String name = method.getName();
    if (method.getDeclaringClass() == Object.class) {
      return ofObject(proxy, name, arguments);
    } else if (name.equals("close")) {
      // Whoever took it in a try block means no harm.
      return null;
    } else if (isEnded) {
      if (name.equals("isClosed")) {
        return true;
      }
      throw new IllegalStateException(
          name + "(): the handler has ended (expected: use of connection() within it)");
    } else if (REFUSED.contains(name) || (name.equals("rollback") && arguments == null)) {
      throw new IllegalStateException(
          name
              + "(): the transaction is the idempotency store's (expected: return from the handler"
              + " to commit, throw to roll back; savepoints are the handler's own)");
    }
    try {
      return method.invoke(connection, arguments);
    } catch (InvocationTargetException e) {
      throw e.getCause() == null ? e : e.getCause();
    }
  }

  private Object ofObject(Object proxy, String name, @Nullable Object @Nullable [] arguments) {
    return switch (name) {
      case "equals" -> proxy == requireNonNull(arguments)[0];
      case "hashCode" -> System.identityHashCode(proxy);
      default -> "connection of a handler: " + connection;
    };
  }
}
