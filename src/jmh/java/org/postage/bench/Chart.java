package org.postage.bench;

import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

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

  private Chart() {}

  /** Rates of all scenarios that have a baseline, as ratios to it. */
  static String of(Results results) {
    Chart chart = new Chart();
    for (String title : results.titles()) {
      results
          .baseline(title)
          .ifPresent(base -> chart.scenario(title, base, results.contestants(title), results));
    }
    return chart.svg();
  }

  private void scenario(
      String title, Contestant base, List<Contestant> contestants, Results results) {
    double longest = 1;
    for (Contestant each : contestants) {
      OptionalDouble ratio = results.ratio(each, base, Results.PER_SECOND);
      longest = Math.max(longest, ratio.orElse(0));
    }
    double scale = (WIDTH - LABEL - NUMBER - MARGIN) / longest;
    y += TITLE;
    text(MARGIN, y - 9, "start", "bold", title + ", a second, to " + base.name());
    int top = y;
    for (Contestant each : contestants) {
      OptionalDouble ratio = results.ratio(each, base, Results.PER_SECOND);
      if (ratio.isPresent()) {
        bar(each.name(), ratio.getAsDouble(), scale, each.isOurs());
      }
    }
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

  private String svg() {
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
