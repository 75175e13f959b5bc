package dev.rookery.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.rookery.Address;
import dev.rookery.BusConfig;
import dev.rookery.Draft;
import dev.rookery.EventBus;
import dev.rookery.Operations.Page;
import dev.rookery.Search;
import dev.rookery.Start;
import dev.rookery.memory.MemoryProvider;
import dev.rookery.spi.Backend;
import dev.rookery.spi.Engine;
import dev.rookery.spi.Environment;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class RestoredSearchTest {

  @Test
  void aSearchInARestoredStoreGoesOnFromPageToPage() {
    Environment environment = Environment.system();
    Address address = Address.parse("memory:" + UUID.randomUUID());
    Backend backend = new MemoryProvider().open(address, BusConfig.standard(), environment);
    assertThat(backend.changeSetting(Backend.EPOCH, Optional.empty(), "restored")).isTrue();
    try (EventBus bus = Engine.standard().open(backend, BusConfig.standard(), environment)) {
      bus.publish(Draft.of("user.said").id("a"));
      bus.publish(Draft.of("user.said").id("b"));
      Search wanted = Search.ALL.types("user.said");

      Page first = bus.operations().search(wanted, Start.earliest(), 1);
      Page second = bus.operations().search(wanted, new Start.After(first.next()), 1);

      assertThat(first.events().getFirst().event().id()).isEqualTo("a");
      assertThat(second.events().getFirst().event().id()).isEqualTo("b");
    }
  }
}
