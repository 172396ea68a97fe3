package org.postage.bench;

import com.fasterxml.jackson.databind.json.JsonMapper;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.postage.rabbitmq.RabbitMqCluster;
import org.postage.rabbitmq.RabbitMqNode;

/** How costs grow with the number of things: {@code ./bench scale}. */
final class Scale {
  private static final Duration WARM_UP = Duration.ofSeconds(2);
  private static final Duration TIME = Duration.ofSeconds(2);

  private final Map<Dimension, Map<Integer, Map<String, Double>>> figures = new LinkedHashMap<>();

  private Scale() {}

  /** In the run's own JVM all points; in a JVM for each, where it says so, one of them. */
  public static void main(String[] args) throws Exception {
    if (args.length > 0 && args[0].equals("point")) {
      point(args);
      return;
    }
    Scale scale = new Scale();
    Pattern which = Pattern.compile(args.length > 0 ? args[0] : ".*", Pattern.CASE_INSENSITIVE);
    Map<String, String> facts;
    try (RabbitMqNode node = RabbitMqNode.start()) {
      facts = Bench.facts(node, String.join(" ", List.of("scale", which.pattern())), 1);
      for (Dimension each : Dimension.values()) {
        if (which.matcher(each.name()).find()) {
          scale.measure(each, node);
        }
      }
    }
    scale.write(facts);
  }

  private void measure(Dimension dimension, RabbitMqNode node) throws Exception {
    for (int value : dimension.sizes()) {
      if (dimension == Dimension.NODES && value > 1) {
        try (RabbitMqCluster cluster = RabbitMqCluster.start()) {
          measure(dimension, value, cluster.nodes().get(0));
        }
      } else {
        measure(dimension, value, node);
      }
    }
  }

  private void measure(Dimension dimension, int value, RabbitMqNode node) throws Exception {
    List<String> command = new ArrayList<>(Child.jvm(Scale.class));
    command.addAll(
        List.of("point", "" + node.port(), "" + node.pid(), "0", dimension.name(), "" + value));
    Optional<Map<String, Double>> measured = Bench.figures(new ProcessBuilder(command));
    measured.ifPresent(
        its -> figures.computeIfAbsent(dimension, x -> new LinkedHashMap<>()).put(value, its));
    System.err.println(
        dimension + " " + value + (measured.isPresent() ? "" : " FAILED, see above"));
  }

  private static void point(String[] args) {
    try (Flow flow = new Flow(Child.broker(args))) {
      Broker broker = Child.broker(args);
      Dimension dimension = Dimension.valueOf(args[4]);
      dimension.prepare(Integer.parseInt(args[5]), flow);
      flow.run(new Meter(broker, WARM_UP, dimension.warmUp()));
      Meter meter = new Meter(broker, TIME);
      flow.run(meter);
      System.out.println(Child.RESULT + new JsonMapper().writeValueAsString(meter.figures()));
      System.out.flush();
    } catch (Exception e) {
      e.printStackTrace();
      System.exit(1);
    }
    System.exit(0);
  }

  private void write(Map<String, String> facts) throws Exception {
    StringBuilder text = new StringBuilder();
    Chart chart = new Chart();
    facts.forEach((name, value) -> text.append("- " + name + ": " + value + "\n"));
    Map<String, Object> json = new LinkedHashMap<>(facts);
    figures.forEach(
        (dimension, points) -> {
          json.put(dimension.name().toLowerCase(Locale.ROOT), points);
          text.append("\n**" + dimension.title() + "**\n\n");
          Report.append(text, rows(points));
          chart.title(dimension.title() + ": messages a second, to the first");
          Map<String, Double> ratios = new LinkedHashMap<>();
          points.forEach((value, its) -> ratios.put("" + value, rate(its) / rate(first(points))));
          chart.bars(ratios, name -> true);
        });
    String name = "scale-jdk" + Runtime.version().feature();
    Path results = Files.createDirectories(Bench.RESULTS);
    Files.writeString(
        results.resolve(name + ".json"),
        new JsonMapper().writerWithDefaultPrettyPrinter().writeValueAsString(json) + "\n");
    Files.writeString(results.resolve(name + ".rst"), text);
    Files.writeString(results.resolve(name + ".svg"), chart.svg());
    System.out.println(text);
  }

  private static List<List<String>> rows(Map<Integer, Map<String, Double>> points) {
    List<List<String>> rows = new ArrayList<>();
    rows.add(List.of("", "a second", "ratio", "client us", "broker us", "cost", "bytes", "p50 us"));
    points.forEach(
        (value, its) ->
            rows.add(
                List.of(
                    String.format(Locale.ROOT, "%,d", value),
                    number(its, Scale::rate),
                    number(its, x -> rate(x) / rate(first(points))),
                    number(its, x -> x.getOrDefault("client_us", 0.0)),
                    number(its, x -> x.getOrDefault("broker_us", 0.0)),
                    number(its, x -> cost(x) / cost(first(points))),
                    number(its, x -> x.getOrDefault("bytes", 0.0)),
                    number(its, x -> x.getOrDefault(Results.P50, 0.0)))));
    return rows;
  }

  private static String number(
      Map<String, Double> figures, Function<Map<String, Double>, Double> figure) {
    return Report.number(figure.apply(figures));
  }

  private static Map<String, Double> first(Map<Integer, Map<String, Double>> points) {
    return points.values().iterator().next();
  }

  private static double rate(Map<String, Double> figures) {
    return figures.getOrDefault(Results.PER_SECOND, 0.0);
  }

  // Processor time of both sides.
  private static double cost(Map<String, Double> figures) {
    return figures.getOrDefault("client_us", 0.0) + figures.getOrDefault("broker_us", 0.0);
  }
}
