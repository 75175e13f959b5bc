package dev.rookery.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import dev.rookery.Draft;
import dev.rookery.EventBus;
import java.time.Instant;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.platform.launcher.LauncherConstants;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;
import org.junit.platform.launcher.listeners.SummaryGeneratingListener;

/** What the annotation does, and how tests fail that should. */
class BusTestControlTest {
  /** Run by the tests here only. */
  @BusTest(seed = 5, beginning = "2030-01-01T00:00:00Z")
  static class Tests {
    static String first = "";

    @BeforeEach
    void publishesOne(EventBus bus) {
      first = bus.publish(Draft.of("user.said", "{}")).id();
    }

    @Test
    void getsTheBusOfItsSetUp(TestBus bus) {
      assertThat(bus.seed()).isEqualTo(5);
      assertThat(bus.now()).isEqualTo(Instant.parse("2030-01-01T00:00:00Z"));
      assertThat(bus.published()).hasSize(1);
    }

    @BusTest(seed = 6)
    void hasItsOwnSeed(TestBus bus) {
      assertThat(bus.seed()).isEqualTo(6);
    }

    @Test
    void fails(TestBus bus) {
      throw new IllegalStateException("on purpose");
    }

    @Test
    void asksForAFaultThatNeverComes(TestBus bus) {
      bus.fault("nobody").duplicate();
    }
  }

  private static Map<String, Throwable> failures() {
    var summary = new SummaryGeneratingListener();
    LauncherFactory.create()
        .execute(
            LauncherDiscoveryRequestBuilder.request()
                .selectors(selectClass(Tests.class))
                .configurationParameter(
                    LauncherConstants.DEACTIVATE_LISTENERS_PATTERN_PROPERTY_NAME, "*")
                .build(),
            summary);
    assertThat(summary.getSummary().getTestsFoundCount()).isEqualTo(4);
    return summary.getSummary().getFailures().stream()
        .collect(
            Collectors.toMap(
                failure -> failure.getTestIdentifier().getDisplayName().replaceAll("\\(.*", ""),
                failure -> failure.getException()));
  }

  @Test
  void aFailureNamesItsSeedAndAFaultThatNeverCameFailsItsTest() {
    Map<String, Throwable> failures = failures();
    assertThat(failures).containsOnlyKeys("fails", "asksForAFaultThatNeverComes");
    assertThat(failures.get("fails").getSuppressed()[0])
        .hasMessageContaining("@BusTest(seed = 5L) runs the test with the same ids and chance");
    assertThat(failures.get("asksForAFaultThatNeverComes"))
        .hasMessage("faults that never came about: duplicate: subscription nobody");
  }
}
