package dev.rookery.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rookery.Address;
import dev.rookery.InvalidInput;
import dev.rookery.postgres.PostgresAddress.Place;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PostgresAddressTest {
  private static PostgresAddress of(String text) {
    return PostgresAddress.of(Address.parse(text));
  }

  @Test
  void anAddressSaysWhereAndWho() {
    PostgresAddress address =
        of("postgresql://me:secret:word@db:5433/events?schema=other&listen=db2&connections=2");

    assertThat(address.place()).isEqualTo(new Place("db", 5433));
    assertThat(address.database()).isEqualTo("events");
    assertThat(address.user()).contains("me");
    assertThat(address.password()).contains("secret:word");
    assertThat(address.schema()).isEqualTo("other");
    assertThat(address.listen()).contains(new Place("db2", 5432));
    assertThat(address.connections()).isEqualTo(2);
    assertThat(address).hasToString("postgresql://db:5433/events?schema=other");
  }

  @Test
  void whatItLeavesOutIsUsual() {
    PostgresAddress address = of("postgresql://db/events");

    assertThat(address.place()).isEqualTo(new Place("db", 5432));
    assertThat(address.user()).isEmpty();
    assertThat(address.password()).isEmpty();
    assertThat(address.schema()).isEqualTo("rookery");
  }

  @Test
  void whatCannotBeMeantIsRefusedWithoutShowingThePassword() {
    for (String text :
        new String[] {
          "postgresql:",
          "postgresql://me:secret@",
          "postgresql://me:secret@db",
          "postgresql://me:secret@db/a/b",
          "postgresql://me:sec ret@db/a",
          "postgresql://me:secret@db/a?other=1",
          "postgresql://me:secret@db/a?schema=Robert'); --",
          "postgresql://me:secret@db/a?schema=pg_catalog",
          "postgresql://me:secret@db/a?sslmode=maybe",
          "postgresql://me:secret@db/a?connections=0",
          "postgresql://me:secret@db/a?durability=eternal"
        }) {
      assertThatThrownBy(() -> of(text))
          .isInstanceOf(InvalidInput.class)
          .hasMessageNotContaining("secret")
          .hasMessageNotContaining("sec ret");
    }
  }

  @Test
  void aPasswordFileThatOthersCanReadIsRefused(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("password"), "secret\n");
    PostgresAddress address = of("postgresql://me@db/a?passwordFile=" + file);

    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    assertThatThrownBy(() -> new Connections(address))
        .isInstanceOf(InvalidInput.class)
        .hasMessageContaining("chmod 600");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    assertThat(new Connections(address)).isNotNull();
  }
}
