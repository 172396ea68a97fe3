package org.postage.readme;

import io.micrometer.core.instrument.MeterRegistry;
import io.opentelemetry.api.OpenTelemetry;
import org.postage.Postage;
import org.postage.metrics.PostageMetrics;
import org.postage.tracing.PostageTracing;

/** What the README shows of metrics and traces. */
final class Observed {
  private Observed() {}

  static Postage connect(MeterRegistry registry, OpenTelemetry openTelemetry) {
    Postage.Builder builder = Postage.builder();
    PostageMetrics.register(builder, registry);
    PostageTracing.register(builder, openTelemetry);
    return builder.connect();
  }
}
