package org.postage.bench;

import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.rabbitmq.client.ConnectionFactory;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.postage.python.PythonPeer;
import org.postage.rabbitmq.RabbitMqNode;
import org.springframework.amqp.rabbit.core.RabbitTemplate;

/** Runs all contestants in turn, several rounds of it, and reports. Start it by {@code ./bench}. */
final class Bench {
  /** Deliveries that a consumer may have outstanding, everybody's. */
  static final int PREFETCH = 250;

  /** Where results are kept. */
  static final Path RESULTS = Path.of("bench-results");

  private static final Path PIKA = Path.of("src/jmh/python/pika_peer.py");

  private Bench() {}

  public static void main(String[] args) throws Exception {
    boolean isQuick = args[0].equals("quick");
    Pattern which = Pattern.compile(args.length > 1 ? args[1] : ".*", Pattern.CASE_INSENSITIVE);
    int rounds = Integer.getInteger("bench.rounds", isQuick ? 1 : 2);
    Duration warmUp = Duration.ofMillis(isQuick ? 2_000 : 3_000);
    Duration time = Duration.ofMillis(isQuick ? 1_200 : 2_000);
    List<Contestant> contestants =
        Contestant.ALL.stream()
            .filter(each -> !isQuick || each.isQuick())
            .filter(each -> each.pika().isEmpty() || PythonPeer.interpreter().isPresent())
            .filter(each -> which.matcher(each.id()).find())
            .toList();
    Results results = new Results();
    try (RabbitMqNode node = RabbitMqNode.start()) {
      Map<String, String> facts = facts(node, String.join(" ", args), rounds);
      for (int round = 1; round <= rounds; round++) {
        System.err.print("round " + round + " of " + rounds + " ");
        for (Contestant each : inTurn(contestants, round)) {
          Optional<Map<String, Double>> figures = run(each, node, warmUp, time);
          if (figures.isPresent()) {
            results.add(each, round, figures.get());
          }
          System.err.print(figures.isPresent() ? "." : "\n" + each.id() + " FAILED, see above\n");
        }
        System.err.println();
      }
      write(new Report(facts, results), Chart.of(results));
    }
  }

  // Scenario by scenario, so that what is compared is near in time.
  private static List<Contestant> inTurn(List<Contestant> contestants, int round) {
    List<Contestant> shuffled = new ArrayList<>(contestants);
    Collections.shuffle(shuffled, new Random(round));
    shuffled.sort(Comparator.comparing(each -> each.scenario().title()));
    return shuffled;
  }

  /** What has to be known with any figure. */
  static Map<String, String> facts(RabbitMqNode node, String arguments, int rounds) {
    Map<String, String> facts = new LinkedHashMap<>();
    facts.put("date", LocalDate.now(ZoneOffset.UTC).toString());
    facts.put("command", "./bench " + arguments);
    facts.put("rounds", "" + rounds);
    facts.put("processors", "" + Runtime.getRuntime().availableProcessors());
    facts.put("JDK", System.getProperty("java.vm.version"));
    facts.put("RabbitMQ", node.ctl("version").strip());
    facts.put("amqp-client", version(ConnectionFactory.class));
    facts.put("Jackson", version(JsonMapper.class));
    facts.put("Spring AMQP", version(RabbitTemplate.class));
    PythonPeer.interpreter().ifPresent(python -> facts.put("pika", pikaVersion(python)));
    facts.put("Postage", System.getProperty("postage.version", "?"));
    return facts;
  }

  // By the jar's name: not every manifest tells.
  private static String version(Class<?> ofLibrary) {
    String jar = ofLibrary.getProtectionDomain().getCodeSource().getLocation().getPath();
    return jar.replaceAll(".*-(\\d[^/]*)\\.jar", "$1");
  }

  private static String pikaVersion(String python) {
    try {
      Process process =
          new ProcessBuilder(python, "-c", "import pika; print(pika.__version__)").start();
      return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void write(Report report, String chart) throws IOException {
    Files.createDirectories(RESULTS);
    String json =
        new JsonMapper().writerWithDefaultPrettyPrinter().writeValueAsString(report.asMap());
    Files.writeString(RESULTS.resolve("latest.json"), json + "\n");
    Files.writeString(RESULTS.resolve("latest.rst"), report.text());
    Files.writeString(RESULTS.resolve("chart.svg"), chart);
    System.out.println(report.text());
  }

  private static Optional<Map<String, Double>> run(
      Contestant contestant, RabbitMqNode node, Duration warmUp, Duration time) throws Exception {
    int messages = contestant.scenario().filled(warmUp, time);
    Broker broker = new Broker(node.port(), node.pid(), 0).prepared(messages);
    List<String> command = new ArrayList<>();
    if (contestant.pika().isEmpty()) {
      command.addAll(Child.jvm(Child.class));
      command.addAll(Child.arguments(contestant, broker));
    } else {
      command.add(PythonPeer.interpreter().orElseThrow());
      command.add(PIKA.toString());
      command.add(contestant.scenario().name().toLowerCase(Locale.ROOT));
      command.add(contestant.pika());
      command.addAll(List.of("" + broker.port(), "" + broker.pid(), "" + broker.filled()));
    }
    command.addAll(List.of("" + warmUp.toMillis(), "" + time.toMillis()));
    return figures(new ProcessBuilder(command));
  }

  /** What a child measured; empty if it failed. */
  static Optional<Map<String, Double>> figures(ProcessBuilder builder)
      throws IOException, InterruptedException {
    Process process = builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
    String json = "";
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith(Child.RESULT)) {
          json = line.substring(Child.RESULT.length());
        }
      }
    }
    if (!process.waitFor(1, TimeUnit.MINUTES) || json.isEmpty()) {
      process.destroyForcibly();
      return Optional.empty();
    }
    return Optional.of(new JsonMapper().readValue(json, new TypeReference<>() {}));
  }
}
