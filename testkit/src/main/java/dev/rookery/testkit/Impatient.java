package dev.rookery.testkit;

import dev.rookery.Operations;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;

/** Operations whose reads wait for nothing, since nobody lets time pass meanwhile. */
final class Impatient {
  private Impatient() {}

  static Operations operations(Operations patient) {
    Object proxy =
        Proxy.newProxyInstance(
            Operations.class.getClassLoader(),
            new Class<?>[] {Operations.class},
            (self, method, arguments) -> {
              if (arguments != null && arguments[0] instanceof Operations.ReadRequest request) {
                return patient.read(
                    new Operations.ReadRequest(
                        request.patterns(),
                        request.where(),
                        request.from(),
                        request.limit(),
                        Duration.ZERO));
              }
              try {
                return method.invoke(patient, arguments);
              } catch (InvocationTargetException e) {
                throw e.getCause();
              }
            });
    return (Operations) proxy;
  }
}
