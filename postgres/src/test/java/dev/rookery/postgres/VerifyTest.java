package dev.rookery.postgres;

import static dev.rookery.postgres.Opened.BOT;
import static org.assertj.core.api.Assertions.assertThat;

import dev.rookery.Address;
import dev.rookery.BusConfig;
import dev.rookery.EventBus;
import dev.rookery.Finding;
import dev.rookery.Finding.Where;
import dev.rookery.Position;
import dev.rookery.spi.Engine;
import dev.rookery.spi.Environment;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Rows that an owner of the tables removed, and that a look through the log names them. */
@Tag("P7")
class VerifyTest {
  private static final TestServer SERVER = TestServer.shared();

  private final String address = SERVER.freshSchema();
  private final String schema = PostgresAddress.of(Address.parse(address)).schema();
  private final Opened opened = Opened.at(address);
  private final EventBus bus =
      Engine.standard().open(opened.backend(), BusConfig.standard(), Environment.system());
  private final List<Finding> findings = new ArrayList<>();

  @AfterEach
  void close() {
    bus.close();
  }

  private void delete(String positions) {
    SERVER.run("DELETE FROM " + schema + ".events WHERE position " + positions);
  }

  private void verify() {
    findings.clear();
    bus.operations().verify(false, findings::add, _ -> {});
  }

  private static Where log(long first, long last) {
    return new Where.Log(BOT, Position.of(first), Position.of(last));
  }

  @Test
  void rowsThatAreMissingAreNamed() {
    opened.append("e", 2_500);
    verify();
    assertThat(findings).isEmpty();

    delete("BETWEEN 1200 AND 1203");
    verify();
    assertThat(findings).extracting(Finding::where).containsExactly(log(1_200, 1_203));

    delete("IN (1, 2500)");
    verify();
    assertThat(findings)
        .extracting(Finding::where)
        .containsExactly(log(1, 1), log(1_200, 1_203), log(2_500, 2_500));
  }

  @Test
  void aRowThatIsNoEventIsNoDamage() {
    opened.append("e", 3);
    SERVER.run("UPDATE " + schema + ".events SET attributes = '\"no event\"' WHERE position = 2");

    verify();
    assertThat(findings).extracting(Finding::grade).containsExactly(Finding.Grade.NOTE);
  }
}
