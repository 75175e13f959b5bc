package dev.rookery;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.node.ObjectNode;

class CatalogueTest {
  private static Event event(String type, int version, String data) {
    return new Event(
        "e",
        type,
        "s",
        "k",
        Instant.EPOCH,
        "e",
        Optional.empty(),
        version,
        Payload.json(data),
        Map.of());
  }

  private static Upcaster adding(String name) {
    return data -> ((ObjectNode) data).put(name, true);
  }

  private final Catalogue catalogue =
      new Catalogue(
          List.of(
              EventTypeInfo.of("a.b").aliases("x.y", "old"),
              EventTypeInfo.of("grown").upcast(1, adding("two")).upcast(2, adding("three")),
              EventTypeInfo.of("gapped").upcast(2, adding("three"))));

  @Test
  void aTypeIsKnownByAllItsNames() {
    assertThat(catalogue.find("a.b")).isEqualTo(catalogue.find("old"));
    assertThat(catalogue.find("unknown")).isEmpty();
    assertThat(catalogue.matches(TypePattern.of("a.*"), "old")).isTrue();
    assertThat(catalogue.matches(TypePattern.of("x.y"), "a.b")).isTrue();
    assertThat(catalogue.matches(TypePattern.of("old"), "x.y")).isTrue();
    assertThat(catalogue.matches(TypePattern.of("x.z"), "a.b")).isFalse();
    assertThat(catalogue.matches(TypePattern.of("unknown"), "unknown")).isTrue();
  }

  @Test
  void aNameStandsForOneType() {
    assertThatThrownBy(() ->
            new Catalogue(
                List.of(EventTypeInfo.of("a").aliases("c"), EventTypeInfo.of("b").aliases("c"))))
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining("c twice");
    assertThatThrownBy(() -> new Catalogue(List.of(EventTypeInfo.of("a"), EventTypeInfo.of("a"))))
        .isInstanceOf(InvalidInput.class);
  }

  @Test
  void aTypeIsPutInPlaceOfTheFormer() {
    Catalogue changed = catalogue.with(EventTypeInfo.of("a.b").aliases("new"));

    assertThat(changed.find("new")).isPresent();
    assertThat(changed.find("old")).isEmpty();
    assertThat(changed.types()).hasSize(3);
  }

  @Test
  void dataIsUpcastStepByStepToThePresentVersion() {
    Event upcast = catalogue.upcast(event("grown", 1, "{\"one\":true}"));

    assertThat(upcast.version()).isEqualTo(3);
    assertThat(upcast.data().text()).isEqualTo("{\"one\":true,\"two\":true,\"three\":true}");
    assertThat(catalogue.upcast(event("grown", 2, "{}")).data().text())
        .isEqualTo("{\"three\":true}");
  }

  @Test
  void dataOfThePresentOrALaterVersionIsLeftAsItIs() {
    Event present = event("grown", 3, "not even json");
    Event later = event("grown", 9, "{ }");
    Event unknown = event("unknown", 1, "{ }");

    assertThat(catalogue.upcast(present)).isSameAs(present);
    assertThat(catalogue.upcast(later)).isSameAs(later);
    assertThat(catalogue.upcast(unknown)).isSameAs(unknown);
  }

  @Test
  void dataThatCannotBeUpcastIsUndecodable() {
    assertThatThrownBy(() -> catalogue.upcast(event("grown", 1, "{")))
        .isInstanceOf(Undecodable.class);
    assertThatThrownBy(() -> catalogue.upcast(event("grown", 1, "")))
        .isInstanceOf(Undecodable.class);
    assertThatThrownBy(() -> catalogue.upcast(event("grown", 1, "[]")))
        .isInstanceOf(Undecodable.class)
        .hasMessageContaining("version 1");
  }

  @Test
  void aVersionIsPositive() {
    assertThatThrownBy(() ->
            new EventTypeInfo(
                "a",
                List.of(),
                Optional.empty(),
                Optional.empty(),
                0,
                Optional.empty(),
                EventTypeInfo.Validation.OFF,
                Optional.empty(),
                List.of(),
                SideEffect.PURE,
                Map.of()))
        .isInstanceOf(InvalidInput.class);
  }
}
