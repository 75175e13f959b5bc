package dev.rookery.server;

import dev.rookery.Operations;
import dev.rookery.Operations.Metric;
import io.javalin.http.Context;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;

/** What Prometheus reads: the bus' own counts, requests over HTTP, and the JVM. */
final class Metrics implements AutoCloseable {
  private static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private record Kind(String method, String path, int status) {}

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final Map<Kind, Timer> requests = new ConcurrentHashMap<>();
  private final JvmGcMetrics garbage = new JvmGcMetrics();
  private final Operations operations;

  Metrics(Operations operations, IntSupplier subscribers) {
    this.operations = operations;
    // Prometheus' own linter refuses these two names
    registry.config().meterFilter(MeterFilter.denyNameStartsWith("process.cpu.time"));
    registry.config().meterFilter(MeterFilter.denyNameStartsWith("system.cpu.count"));
    new JvmMemoryMetrics().bindTo(registry);
    garbage.bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
    Gauge.builder("rookery.server.subscribers", subscribers, IntSupplier::getAsInt)
        .description("WebSocket connections that are open")
        .register(registry);
  }

  void request(String method, String path, int status, long nanos) {
    requests
        .computeIfAbsent(new Kind(method, path, status), this::timer)
        .record(nanos, TimeUnit.NANOSECONDS);
  }

  private Timer timer(Kind kind) {
    return Timer.builder("rookery.http.requests")
        .description("Requests over HTTP, by the path's pattern")
        .tag("method", kind.method())
        .tag("path", kind.path())
        .tag("status", Integer.toString(kind.status()))
        .register(registry);
  }

  void scrape(Context ctx) {
    StringBuilder text = new StringBuilder(registry.scrape(CONTENT_TYPE));
    bus(text);
    ctx.contentType(CONTENT_TYPE).result(text.toString());
  }

  private void bus(StringBuilder text) {
    Map<String, List<Metric>> families = new LinkedHashMap<>();
    for (Metric metric : operations.metrics()) {
      families.computeIfAbsent(metric.name(), name -> new ArrayList<>()).add(metric);
    }
    families.forEach((name, metrics) -> {
      Metric first = metrics.getFirst();
      text.append("# HELP ").append(name).append(' ').append(escaped(first.help(), false));
      text.append("\n# TYPE ").append(name).append(' ');
      text.append(typeOf(first)).append('\n');
      metrics.forEach(metric -> sample(text, metric));
    });
  }

  /** Values by quantile are a summary for Prometheus. */
  private static String typeOf(Metric metric) {
    return metric.labels().containsKey("quantile")
        ? "summary"
        : metric.kind().name().toLowerCase(Locale.ROOT);
  }

  private static void sample(StringBuilder text, Metric metric) {
    text.append(metric.name());
    if (!metric.labels().isEmpty()) {
      char separator = '{';
      for (Map.Entry<String, String> label : new TreeMap<>(metric.labels()).entrySet()) {
        text.append(separator).append(label.getKey()).append("=\"");
        text.append(escaped(label.getValue(), true)).append('"');
        separator = ',';
      }
      text.append('}');
    }
    text.append(' ').append(metric.value()).append('\n');
  }

  private static String escaped(String value, boolean quotes) {
    String plain = value.replace("\\", "\\\\").replace("\n", "\\n");
    return quotes ? plain.replace("\"", "\\\"") : plain;
  }

  @Override
  public void close() {
    garbage.close();
    registry.close();
  }
}
