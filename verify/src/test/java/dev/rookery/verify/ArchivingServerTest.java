package dev.rookery.verify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.rookery.Draft;
import dev.rookery.EventBus;
import dev.rookery.Payload;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * A small server that archives millions of events: what memory it takes meanwhile, and how soon it
 * is ready again with them. The events are lines of the file that the property {@code rookery.chat}
 * names, over and over with fresh ids; made up ones without it.
 */
@Tag("nightly")
@Timeout(14_400)
class ArchivingServerTest {
  private static final long EVENTS = Long.getLong("rookery.archived", 2_000_000);
  private static final int STARTS = 5;
  private static final int BATCH = 500;
  private static final int PUBLISHERS = 2;
  private static final Duration BETWEEN_SAMPLES = Duration.ofMillis(500);

  /** A process may use all that it was given and more; this is what a small machine has for it. */
  private static final long MOST_BYTES = 256L << 20;

  /** A line of the file. */
  public record Line(String channel, String user, String text, String kind) {}

  @TempDir private Path folder;
  private final List<Draft> chat = new ArrayList<>();
  private final AtomicLong published = new AtomicLong();

  private void readChat() throws IOException {
    String file = System.getProperty("rookery.chat");
    if (file == null) {
      for (int i = 0; i < 20_000; i++) {
        add(
            "{\"channel\":\"#c%d\",\"text\":\"%s\"}"
                .formatted(i % 7, Long.toString(i * 7_919L, 36)));
      }
      return;
    }
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(
                new GZIPInputStream(Files.newInputStream(Path.of(file))),
                StandardCharsets.UTF_8))) {
      lines.lines().forEach(this::add);
    }
  }

  private void add(String json) {
    String channel = Payload.json(json).as(Line.class).channel();
    chat.add(Draft.of("user.message.received", json).source("chat").key(channel));
  }

  private void publish(String address) {
    try (EventBus bus = EventBus.open(address)) {
      for (long from = published.getAndAdd(BATCH);
          from < EVENTS;
          from = published.getAndAdd(BATCH)) {
        List<Draft> batch = new ArrayList<>();
        for (long i = from; i < from + BATCH; i++) {
          batch.add(chat.get((int) (i % chat.size())));
        }
        bus.publishAll(batch);
      }
    }
  }

  private static long pss(long pid) throws IOException {
    return Files.readAllLines(Path.of("/proc/" + pid + "/smaps_rollup")).stream()
        .filter(line -> line.startsWith("Pss:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) << 10)
        .findFirst()
        .orElseThrow();
  }

  private static double metric(String address, String name) {
    HttpRequest request = HttpRequest.newBuilder(URI.create(address + "/metrics")).build();
    try (HttpClient http = HttpClient.newHttpClient()) {
      return http.send(request, HttpResponse.BodyHandlers.ofLines())
          .body()
          .filter(line -> line.startsWith(name))
          .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
          .sum();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aSmallServerArchivesMillionsAndIsSoonBack() throws Exception {
    readChat();
    Path config =
        Files.writeString(
            folder.resolve("rookery.json"), "{\"streams\": {\"user\": {\"retainAge\": \"1s\"}}}");
    ServerProcess server =
        ServerProcess.at(
            folder.resolve("data"),
            "?archive=file:" + folder.resolve("old"),
            "--config",
            config.toString());
    AtomicLong most = new AtomicLong();
    AtomicBoolean over = new AtomicBoolean();
    long began = System.nanoTime();
    Thread sampler = Thread.ofPlatform().start(() -> sample(server, most, over));
    try {
      List<Thread> publishers = new ArrayList<>();
      for (int i = 0; i < PUBLISHERS; i++) {
        publishers.add(Thread.ofPlatform().start(() -> publish(server.address())));
      }
      for (Thread publisher : publishers) {
        publisher.join();
      }
      await()
          .atMost(Duration.ofHours(2))
          .pollInterval(Duration.ofSeconds(1))
          .until(() -> metric(server.address(), "rookery_archived_total") > EVENTS - 16_384);
    } finally {
      over.set(true);
      sampler.join();
    }
    double seconds = (System.nanoTime() - began) / 1e9;
    System.out.printf(
        "%,d events archived in %.0f s, %,.0f events/s; Pss at most %.1f MB%n",
        EVENTS, seconds, EVENTS / seconds, most.get() / 1e6);
    ServerProcess empty = ServerProcess.start(folder.resolve("empty"));
    for (int start = 0; start < STARTS; start++) {
      empty.kill();
      empty.restart();
      server.kill();
      server.restart();
      System.out.printf(
          "ready after a kill: %d ms; a server with nothing, beside it: %d ms%n",
          server.startTime().toMillis(), empty.startTime().toMillis());
    }
    empty.kill();
    server.kill();
    try (Stream<Path> old = Files.list(folder.resolve("old"));
        Stream<Path> data = Files.list(folder.resolve("data"))) {
      List<Path> segments = old.toList();
      System.out.printf(
          "%d pieces in the archive, %,d bytes; %,d bytes in the log%n",
          segments.size(), bytes(segments), bytes(data.toList()));
    }
    assertThat(most.get()).as("bytes of memory").isLessThan(MOST_BYTES);
  }

  private static long bytes(List<Path> files) {
    return files.stream().mapToLong(file -> file.toFile().length()).sum();
  }

  private void sample(ServerProcess server, AtomicLong most, AtomicBoolean over) {
    long tellAt = 0;
    while (!over.get()) {
      try {
        long now = pss(server.pid());
        most.accumulateAndGet(now, Math::max);
        if (published.get() >= tellAt) {
          tellAt += Math.max(BATCH, EVENTS / 20);
          System.out.printf(
              "%,d published, Pss %.1f MB, at most %.1f%n",
              published.get(), now / 1e6, most.get() / 1e6);
        }
      } catch (IOException e) {
        throw new IllegalStateException(e);
      }
      LockSupport.parkNanos(BETWEEN_SAMPLES.toNanos());
    }
  }
}
