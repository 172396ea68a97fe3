package org.postage.service;

import static java.util.Objects.requireNonNull;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.postage.Postage;
import org.postage.encoding.JsonEncoder;
import org.postage.transport.Health;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers probes and scrapes over HTTP, by the JDK's own server: {@code /health/live} and {@code
 * /health/ready} with 200 or 503 and what {@link Postage#health} says, as JSON; {@code /metrics}
 * with the text of a registry. Nothing else, and to nobody but this machine unless told otherwise.
 *
 * <pre>{@code
 * ProbeServer probes = ProbeServer.builder(postage).metrics(registry::scrape).start();
 * }</pre>
 *
 * <p>Thread-safe.
 */
public final class ProbeServer implements AutoCloseable {
  /** Where it listens unless told otherwise, on 127.0.0.1. */
  public static final int PORT = 8000;

  private static final Logger LOG = LoggerFactory.getLogger(ProbeServer.class);
  private static final String TEXT = "text/plain; version=0.0.4; charset=utf-8";
  private static final int BACKLOG = 50;
  private static final int THREADS = 2;

  /**
   * What is answered.
   *
   * @param status as HTTP has it
   */
  private record Answer(int status, String contentType, String body) {
    static Answer text(int status, String text) {
      return new Answer(status, TEXT, text);
    }
  }

  private final HttpServer server;
  private final ExecutorService threads;
  private final Postage postage;
  private final @Nullable Supplier<String> metrics;
  private final JsonEncoder json = new JsonEncoder();

  private ProbeServer(Builder builder) throws IOException {
    postage = builder.postage;
    metrics = builder.metrics;
    server = HttpServer.create(builder.address, BACKLOG);
    threads =
        Executors.newFixedThreadPool(
            THREADS,
            task -> {
              Thread thread = new Thread(task, "postage-probes");
              thread.setDaemon(true);
              return thread;
            });
    server.setExecutor(threads);
    server.createContext("/", this::handle);
    server.start();
    LOG.info(
        "probes and metrics at http://{}:{}",
        address().getAddress().getHostAddress(),
        address().getPort());
  }

  /** Settings of a server. */
  public static Builder builder(Postage postage) {
    return new Builder(postage);
  }

  /** Where it listens. */
  public InetSocketAddress address() {
    return server.getAddress();
  }

  /** Ends it, and what it answers at that moment. Harmless when closed already. */
  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }

  private void handle(HttpExchange exchange) throws IOException {
    try (exchange) {
      Answer answer;
      try {
        answer = answer(exchange.getRequestMethod(), exchange.getRequestURI().getPath());
      } catch (RuntimeException e) {
        LOG.error("A probe could not be answered", e);
        answer = Answer.text(500, "failed: see the program's log\n");
      }
      byte[] body = answer.body.getBytes(StandardCharsets.UTF_8);
      boolean hasBody = !exchange.getRequestMethod().equals("HEAD");
      exchange.getResponseHeaders().set("Content-Type", answer.contentType);
      exchange.sendResponseHeaders(answer.status, hasBody ? body.length : -1);
      if (hasBody) {
        exchange.getResponseBody().write(body);
      }
    }
  }

  private Answer answer(String method, @Nullable String path) {
    if (!method.equals("GET") && !method.equals("HEAD")) {
      return Answer.text(405, "only GET and HEAD\n");
    }
    return switch (path == null ? "" : path) {
      case "/health/live" -> health(postage.health().isLive());
      case "/health/ready" -> health(postage.health().isReady());
      case "/metrics" ->
          metrics == null
              ? Answer.text(404, "no metrics (expected: metrics(registry::scrape) when built)\n")
              : Answer.text(200, metrics.get());
      default -> Answer.text(404, "only /health/live, /health/ready and /metrics\n");
    };
  }

  private Answer health(boolean isGood) {
    Health health = postage.health();
    String body = new String(json.encodeValue(health), StandardCharsets.UTF_8);
    return new Answer(isGood ? 200 : 503, "application/json", body);
  }

  /** Not thread-safe; for one server. */
  public static final class Builder {
    private final Postage postage;
    private InetSocketAddress address =
        new InetSocketAddress(InetAddress.getLoopbackAddress(), PORT);
    private @Nullable Supplier<String> metrics;

    private Builder(Postage postage) {
      this.postage = requireNonNull(postage, "postage");
    }

    /**
     * Where it listens; port 0 is any free one. Whoever reaches it sees names of queues and
     * metrics: there is no password. 127.0.0.1 and {@link ProbeServer#PORT} unless set.
     */
    public Builder address(InetSocketAddress value) {
      address = requireNonNull(value, "address");
      return this;
    }

    /**
     * Gives the text of {@code /metrics}: {@code PrometheusMeterRegistry::scrape}. None unless set.
     */
    public Builder metrics(Supplier<String> scrape) {
      metrics = requireNonNull(scrape, "scrape");
      return this;
    }

    /**
     * Begins to listen.
     *
     * @throws IllegalStateException if the address can't be had
     */
    public ProbeServer start() {
      try {
        return new ProbeServer(this);
      } catch (IOException e) {
        throw new IllegalStateException(
            "probes: "
                + address.getHostString()
                + ":"
                + address.getPort()
                + " can't be had: "
                + e.getMessage()
                + " (expected: an address of this machine and a free port)",
            e);
      }
    }
  }
}
