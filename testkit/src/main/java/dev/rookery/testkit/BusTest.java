package dev.rookery.testkit;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * A test with a bus on virtual time: a parameter of type {@link TestBus} or {@link
 * dev.rookery.EventBus} gets a new one for each test, the same in its set-up methods.
 *
 * <p>On a method it stands for {@code @Test} too; on a class it gives a bus to all tests of the
 * class. A test that fails names its seed, and one that passes without a fault that it asked for
 * fails.
 */
@Target({ElementType.TYPE, ElementType.METHOD})
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Test
@ExtendWith(BusTestExtension.class)
public @interface BusTest {
  /** Of ids and of all that is left to chance; 0: another one each time. */
  long seed() default 0;

  /** Where the bus' clock begins, as ISO 8601. */
  String beginning() default "2026-03-01T12:00:00Z";

  /** A configuration file, relative to where the tests run; empty: the standard configuration. */
  String config() default "";

  /** How many seconds of real time handlers may be at work before the test gives them up. */
  int patienceSeconds() default 30;
}
