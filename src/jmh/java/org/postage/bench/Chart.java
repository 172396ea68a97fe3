package org.postage.bench;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;

/** Ratios as bars, in SVG, which a README shows as it is. */
final class Chart {
  private static final int WIDTH = 860;
  private static final int LABEL = 280;
  private static final int ROW = 18;
  private static final int TITLE = 30;
  private static final int MARGIN = 12;
  // Beside the longest bar, for its number.
  private static final int NUMBER = 60;
  private static final String OURS = "#2a6f97";
  private static final String OTHERS = "#a9b4c2";

  private final StringBuilder body = new StringBuilder();
  private int y = MARGIN;

  /** Rates of all scenarios that have a baseline, as ratios to it. */
  static String of(Results results) {
    Chart chart = new Chart();
    for (String title : results.titles()) {
      results.baseline(title).ifPresent(base -> chart.scenario(title, base, results));
    }
    return chart.svg();
  }

  private void scenario(String title, Contestant base, Results results) {
    Map<String, Double> ratios = new LinkedHashMap<>();
    for (Contestant each : results.contestants(title)) {
      results
          .ratio(each, base, Results.PER_SECOND)
          .ifPresent(ratio -> ratios.put(each.name(), ratio));
    }
    title(title + ", a second, to " + base.name());
    bars(ratios, name -> name.startsWith(Contestant.OURS));
  }

  void title(String text) {
    y += TITLE;
    text(MARGIN, y - 9, "start", "bold", text);
  }

  /** A bar for each ratio, and a line where they are 1. */
  void bars(Map<String, Double> ratios, Predicate<String> isOurs) {
    double longest = ratios.values().stream().reduce(1.0, Math::max);
    double scale = (WIDTH - LABEL - NUMBER - MARGIN) / longest;
    int top = y;
    ratios.forEach((name, ratio) -> bar(name, ratio, scale, isOurs.test(name)));
    line(LABEL + scale, top - 2, y);
  }

  private void bar(String name, double ratio, double scale, boolean isOurs) {
    text(LABEL - 8, y + 13, "end", "normal", name);
    body.append(
        String.format(
            Locale.ROOT,
            "<rect x=\"%d\" y=\"%d\" width=\"%.1f\" height=\"%d\" fill=\"%s\"/>%n",
            LABEL,
            y + 2,
            Math.max(1, ratio * scale),
            ROW - 4,
            isOurs ? OURS : OTHERS));
    String number = String.format(Locale.ROOT, "%.2f", ratio);
    text(LABEL + ratio * scale + 5, y + 13, "start", isOurs ? "bold" : "normal", number);
    y += ROW;
  }

  private void line(double x, int from, int to) {
    body.append(
        String.format(
            Locale.ROOT,
            "<line x1=\"%1$.1f\" y1=\"%2$d\" x2=\"%1$.1f\" y2=\"%3$d\" stroke=\"#555\""
                + " stroke-dasharray=\"3 3\"/>%n",
            x,
            from,
            to));
  }

  private void text(double x, int at, String anchor, String weight, String text) {
    String escaped = text.replace("&", "&amp;").replace("<", "&lt;");
    body.append(
        String.format(
            Locale.ROOT,
            "<text x=\"%.1f\" y=\"%d\" text-anchor=\"%s\" font-weight=\"%s\">%s</text>%n",
            x,
            at,
            anchor,
            weight,
            escaped));
  }

  /** All of it. */
  String svg() {
    return String.format(
        Locale.ROOT,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%1$d\" height=\"%2$d\""
            + " viewBox=\"0 0 %1$d %2$d\" font-family=\"sans-serif\" font-size=\"12\">%n"
            + "<rect width=\"100%%\" height=\"100%%\" fill=\"white\"/>%n%3$s</svg>%n",
        WIDTH,
        y + MARGIN,
        body);
  }
}
