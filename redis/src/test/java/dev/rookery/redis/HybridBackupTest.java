package dev.rookery.redis;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rookery.Address;
import dev.rookery.Backup;
import dev.rookery.Draft;
import dev.rookery.EventBus;
import dev.rookery.Operations.Located;
import dev.rookery.Search;
import dev.rookery.Start;
import dev.rookery.Subscription;
import dev.rookery.backup.Restore;
import dev.rookery.spi.Environment;
import dev.rookery.testkit.Soon;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A log with a tail is backed up and restored as its log alone; the tail begins anew. */
@Tag("P7")
class HybridBackupTest {
  private static final TestServer SERVER = TestServer.shared();

  @TempDir Path folder;

  HybridBackupTest() {
    SERVER.empty();
  }

  /** The address of a log where nothing is yet, up to its next option. */
  String truth(String name) {
    return "file:" + folder.resolve(name) + "?";
  }

  private static void publish(EventBus bus, String prefix, int count) {
    for (int i = 0; i < count; i++) {
      bus.publish(Draft.of("bot.said", "{}").id(prefix + i));
    }
  }

  private static List<String> ids(String prefix, int count) {
    return IntStream.range(0, count).mapToObj(n -> prefix + n).toList();
  }

  private static void awaitTail(int events) {
    Soon.soon().until(() -> SERVER.ask("XLEN", "rookery:tail:bot:0").number() == events);
  }

  @Test
  void whatTheTailHasOfLaterEventsIsNotReadAfterARestore()
      throws IOException, InterruptedException {
    String from = truth("from") + "tail=" + SERVER.address();
    String to = truth("to") + "tail=" + SERVER.address();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (EventBus bus = EventBus.open(from)) {
      publish(bus, "kept", 20);
      try (Backup backup = bus.operations().backup()) {
        backup.writeTo(bytes, events -> {});
      }
      publish(bus, "lost", 10);
      awaitTail(30);
    }

    Restore.run(
        new ByteArrayInputStream(bytes.toByteArray()),
        Address.parse(to),
        Environment.system(),
        events -> {});

    Queue<String> handled = new ConcurrentLinkedQueue<>();
    try (EventBus bus = EventBus.open(to)) {
      publish(bus, "new", 15);
      bus.subscribe(
          Subscription.of("all", "bot.**").from(Start.earliest()),
          event -> handled.add(event.id()));
      Soon.soon().until(() -> handled.size() >= 35);
      assertThat(handled).containsAll(ids("kept", 20)).containsAll(ids("new", 15)).hasSize(35);
      assertThat(bus.operations().search(Search.ALL, Start.earliest(), 100).events())
          .extracting(Located::event)
          .extracting(dev.rookery.Event::id)
          .doesNotContainAnyElementsOf(ids("lost", 10));
    }
  }
}
