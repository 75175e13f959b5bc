package dev.rookery.verify.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.lang.ArchRule;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Each rule of the house is broken once in the packages below {@code seeded}, and must say so. */
class ArchitectureControlTest {

  private static final Architecture SEEDED =
      new Architecture("dev.rookery.verify.architecture.seeded");
  private static final JavaClasses CLASSES = SEEDED.seeded();

  @Test
  void aFrontDoorThatImportsTheBackendInterfaceIsFound() {
    assertFound(SEEDED.importsOnly(""), "FrontDoor");
  }

  @Test
  void aBackendInterfaceThatImportsABackendIsFound() {
    assertFound(SEEDED.importsOnly("spi", ""), "Backend");
  }

  @Test
  void anEngineThatImportsABackendIsFound() {
    assertFound(SEEDED.importsOnly("engine", "", "spi"), "Worker");
  }

  @Test
  void aBackendThatImportsTheEngineIsFoundTwice() {
    assertFound(SEEDED.importsOnly("embedded", "", "spi"), "SqliteLog");
    assertFound(SEEDED.nobodyElseImports("engine"), "SqliteLog");
  }

  @ParameterizedTest
  @ValueSource(strings = {"LogManager", "DefaultLog", "LogUtils", "LogV2", "Outer$LogSupport"})
  void aNameThatSaysNothingIsFound(String name) {
    assertFound(SEEDED.namesSayWhatIsDifferent(), name);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "java.time.Instant.now()",
        "java.lang.System.currentTimeMillis()",
        "java.lang.Thread.sleep(long)",
        "java.util.Random.<init>()",
        "java.util.UUID.randomUUID()"
      })
  void timeAndChanceOfTheMachineAreFound(String call) {
    assertFound(SEEDED.timeAndChanceComeFromTheEnvironmentIn("memory"), call);
  }

  @Test
  void timeAndChanceThatAreHandedInAreAllowed() {
    assertThat(report(SEEDED.timeAndChanceComeFromTheEnvironmentIn("memory")))
        .doesNotContain("now(java.time.Clock)", "Random.<init>(long)");
  }

  @Test
  void theEnvironmentItselfMayReadTheClock() {
    assertThat(report(SEEDED.timeAndChanceComeFromTheEnvironmentIn("spi"))).isEmpty();
  }

  @Test
  void aPackageThatIsNotNullMarkedIsFound() {
    assertFound(SEEDED.everyPackageIsNullMarked(), "seeded.memory is not @NullMarked");
    assertThat(report(SEEDED.everyPackageIsNullMarked())).doesNotContain("seeded.spi");
  }

  private static void assertFound(ArchRule rule, String culprit) {
    assertThat(report(rule)).contains(culprit);
  }

  private static String report(ArchRule rule) {
    var result = rule.evaluate(CLASSES);
    return String.join("\n", result.getFailureReport().getDetails());
  }
}
