package org.postage.bench;

import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.postage.handler.MessageHandler;

/** Producer interfaces and handlers made on the spot, so that no cache can know them. */
final class ManyMethods {
  private static final String ORDER = Order.class.getName();

  private ManyMethods() {}

  /** An interface whose methods are half messages and half requests about orders. */
  static Class<?> newInterface(int methods) throws Exception {
    return compiled(
        "interface",
        IntStream.range(0, methods)
            .mapToObj(i -> (i % 2 == 0 ? "void message_m" : ORDER + " rpc_m") + i)
            .map(method -> method + "(" + ORDER + " order);"));
  }

  /** An object whose methods handle orders of other names. */
  static Object newHandlers(int methods) throws Exception {
    return compiled(
            "class",
            IntStream.range(0, methods)
                .mapToObj(
                    i ->
                        "@%s(\"other%d\") public void on%d(%s order) {}"
                            .formatted(MessageHandler.class.getName(), i, i, ORDER)))
        .getConstructor()
        .newInstance();
  }

  private static Class<?> compiled(String kind, Stream<String> members) throws Exception {
    Path directory = Files.createTempDirectory("postage-bench-");
    try {
      String body = members.collect(Collectors.joining("\n"));
      Path file = directory.resolve("Many.java");
      Files.writeString(file, "public " + kind + " Many {\n" + body + "\n}\n");
      String classPath = System.getProperty("java.class.path");
      int code =
          ToolProvider.getSystemJavaCompiler()
              .run(null, null, null, "-proc:none", "-cp", classPath, file.toString());
      if (code != 0) {
        throw new IllegalStateException("the compiler refused " + file);
      }
      URL[] urls = {directory.toUri().toURL()};
      try (URLClassLoader loader = new URLClassLoader(urls, ManyMethods.class.getClassLoader())) {
        return loader.loadClass("Many");
      }
    } finally {
      try (Stream<Path> files = Files.walk(directory)) {
        for (Path each : files.sorted(Comparator.reverseOrder()).toList()) {
          Files.delete(each);
        }
      }
    }
  }
}
