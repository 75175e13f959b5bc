package dev.rookery;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * Names the event type whose data a record holds, so that it can be published and subscribed to by
 * its class.
 */
@Documented
@Retention(RetentionPolicy.RUNTIME)
@Target(ElementType.TYPE)
public @interface EventType {
  /** The dotted type, such as {@code user.message.received}. */
  String value();

  /** The version of the data, from 1. */
  int version() default 1;
}
