package dev.rookery.verify.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import dev.rookery.Event;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ArchitectureTest {

  private static final Architecture HOUSE = new Architecture("dev.rookery");
  private static final JavaClasses CLASSES = HOUSE.published();

  @Test
  void theseTestsSeeTheHouse() {
    assertThat(CLASSES.contain(Event.class)).isTrue();
    assertThat(CLASSES.contain(getClass())).isFalse();
  }

  @Test
  void theFrontDoorImportsNoneOfOurOtherPackages() {
    HOUSE.importsOnly("").check(CLASSES);
  }

  @Test
  void theBackendInterfaceImportsTheFrontDoorOnly() {
    HOUSE.importsOnly("spi", "").check(CLASSES);
  }

  @Test
  void theEngineImportsTheFrontDoorTheBackendInterfaceTheBackupFormatAndTheAuditOnly() {
    HOUSE.importsOnly("engine", "", "spi", "backup", "audit").check(CLASSES);
  }

  @Test
  void nobodyImportsTheEngine() {
    HOUSE.nobodyElseImports("engine").check(CLASSES);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "memory",
        "backup",
        "audit",
        "hybrid",
        "check",
        "archive",
        "embedded",
        "redis",
        "postgres",
        "conditions",
        "schemas"
      })
  void whatStandsBehindAnInterfaceImportsTheFrontDoorAndTheBackendInterfaceOnly(String name) {
    HOUSE.importsOnly(name, "", "spi").check(CLASSES);
  }

  @Test
  void noClassHasANameThatSaysNothing() {
    HOUSE.namesSayWhatIsDifferent().check(CLASSES);
  }

  @Test
  void timeAndChanceComeFromTheEnvironment() {
    HOUSE
        .timeAndChanceComeFromTheEnvironmentIn(
            "",
            "spi",
            "engine",
            "backup",
            "audit",
            "memory",
            "hybrid",
            "check",
            "archive",
            "embedded",
            "redis",
            "postgres")
        .check(CLASSES);
  }

  @Test
  void everyPackageIsNullMarked() {
    HOUSE.everyPackageIsNullMarked().check(CLASSES);
  }
}
