package dev.rookery.verify.architecture;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.SimpleConditionEvent.violated;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaCall;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import java.time.Instant;
import java.util.Arrays;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;

/**
 * The rules of the house, for the packages below a root: {@code dev.rookery}, or a seeded copy of
 * its layout in which every rule is broken. A package that does not exist yet keeps every rule.
 */
record Architecture(String root) {

  /** What makes time, ids and chance differ between two runs. */
  private static final Set<String> UNREPEATABLE =
      Set.of(
          Instant.class.getName() + ".now",
          System.class.getName() + ".currentTimeMillis",
          Thread.class.getName() + ".sleep",
          TimeUnit.class.getName() + ".sleep",
          Random.class.getName() + ".<init>",
          ThreadLocalRandom.class.getName() + ".current",
          Math.class.getName() + ".random",
          UUID.class.getName() + ".randomUUID");

  JavaClasses published() {
    return new ClassFileImporter()
        .withImportOption(location -> !location.contains("/test-classes/"))
        .withImportOption(location -> !location.contains("-tests.jar"))
        .importPackages(root);
  }

  JavaClasses seeded() {
    return new ClassFileImporter().importPackages(root);
  }

  /** The package itself, without the ones below, may use of ours what is listed. */
  ArchRule importsOnly(String name, String... allowed) {
    var from = name.isEmpty() ? root : root + "." + name + "..";
    var ours = resideInAPackage(root + "..");
    var permitted =
        resideInAnyPackage(
            Stream.concat(Stream.of(from), Arrays.stream(allowed).map(this::inside))
                .toArray(String[]::new));
    return noClasses()
        .that()
        .resideInAPackage(from)
        .should()
        .dependOnClassesThat(ours.and(not(permitted)))
        .allowEmptyShould(true);
  }

  ArchRule nobodyElseImports(String name) {
    return noClasses()
        .that()
        .resideOutsideOfPackage(inside(name) + "..")
        .should()
        .dependOnClassesThat(resideInAPackage(inside(name) + ".."))
        .allowEmptyShould(true);
  }

  ArchRule namesSayWhatIsDifferent() {
    return noClasses()
        .should()
        .haveNameMatching(
            ".*[.$]((Default|Abstract)\\w*|\\w*(Manager|Helper|Utils?|Impl|V2|Support))")
        .as("no class should be named Manager, Helper, Util, Impl, Default, Abstract, V2, Support");
  }

  ArchRule timeAndChanceComeFromTheEnvironmentIn(String... names) {
    var environment = assignableTo(inside("spi") + ".Environment");
    return noClasses()
        .that(resideInAnyPackage(Arrays.stream(names).map(this::deep).toArray(String[]::new)))
        .and(not(environment))
        .should()
        .callCodeUnitWhere(unrepeatable())
        .allowEmptyShould(true);
  }

  ArchRule everyPackageIsNullMarked() {
    return classes()
        .should(
            new ArchCondition<>("be in a package that is @NullMarked") {
              @Override
              public void check(JavaClass type, ConditionEvents events) {
                if (!type.getPackage().isAnnotatedWith(NullMarked.class)) {
                  events.add(violated(type, type.getPackageName() + " is not @NullMarked"));
                }
              }
            });
  }

  private static DescribedPredicate<JavaCall<?>> unrepeatable() {
    return DescribedPredicate.describe(
        "read the clock, sleep or roll dice",
        call ->
            UNREPEATABLE.contains(call.getTargetOwner().getName() + "." + call.getName())
                && !isRepeatable(call));
  }

  /** A random generator with a seed, and the time of a clock that was handed in. */
  private static boolean isRepeatable(JavaCall<?> call) {
    var parameters = call.getTarget().getRawParameterTypes().size();
    return parameters == 1 && Set.of("<init>", "now").contains(call.getName());
  }

  private String deep(String name) {
    return name.isEmpty() ? root : inside(name) + "..";
  }

  private String inside(String name) {
    return name.isEmpty() ? root : root + "." + name;
  }
}
