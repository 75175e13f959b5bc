package dev.rookery.testkit;

import dev.rookery.BusConfig;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.extension.AfterTestExecutionCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ExtensionContext.Store;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;
import org.junit.platform.commons.support.AnnotationSupport;

/** Opens a bus for each test that asks for one, and closes it after. */
final class BusTestExtension
    implements ParameterResolver, AfterTestExecutionCallback, TestExecutionExceptionHandler {
  private static final Namespace MINE = Namespace.create(BusTestExtension.class);
  private static final SecureRandom SEEDS = new SecureRandom();

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return context.getTestMethod().isPresent()
        && parameter.getParameter().getType().isAssignableFrom(TestBus.class)
        && parameter.getParameter().getType() != Object.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return store(context)
        .computeIfAbsent(TestBus.class, type -> open(annotation(context)), TestBus.class);
  }

  private static Store store(ExtensionContext context) {
    return context.getStore(MINE);
  }

  private static BusTest annotation(ExtensionContext context) {
    return AnnotationSupport.findAnnotation(context.getElement(), BusTest.class)
        .or(() ->
            AnnotationSupport.findAnnotation(
                context.getRequiredTestClass(), BusTest.class, context.getEnclosingTestClasses()))
        .orElseThrow();
  }

  private static TestBus open(BusTest test) {
    return new TestBus(
        test.config().isEmpty() ? BusConfig.standard() : BusConfig.load(Path.of(test.config())),
        test.seed() == 0 ? SEEDS.nextLong() : test.seed(),
        Instant.parse(test.beginning()),
        Duration.ofSeconds(test.patienceSeconds()));
  }

  @Override
  public void handleTestExecutionException(ExtensionContext context, Throwable thrown)
      throws Throwable {
    TestBus bus = store(context).get(TestBus.class, TestBus.class);
    if (bus != null) {
      thrown.addSuppressed(new Seed(bus));
    }
    throw thrown;
  }

  @Override
  public void afterTestExecution(ExtensionContext context) {
    TestBus bus = store(context).get(TestBus.class, TestBus.class);
    List<String> faults = bus == null ? List.of() : bus.faultsToCome();
    if (!faults.isEmpty() && context.getExecutionException().isEmpty()) {
      throw new AssertionError("faults that never came about: " + String.join("; ", faults));
    }
  }

  /** Stands with a failure and says how to see it again. */
  private static final class Seed extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Seed(TestBus bus) {
      super(
          bus + "; @BusTest(seed = " + bus.seed() + "L) runs the test with the same ids and chance",
          null,
          false,
          false);
    }
  }
}
