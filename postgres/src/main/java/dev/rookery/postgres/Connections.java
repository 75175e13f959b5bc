package dev.rookery.postgres;

import dev.rookery.InvalidInput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import java.util.Set;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;

/** How connections are made: straight to the server, or to the pool before it. */
final class Connections {
  private static final int CONNECT_SECONDS = 3;

  /** After which a server that says nothing is taken for gone; no call of the bus takes so long. */
  private static final int ANSWER_SECONDS = 4;

  /** For tables that are made or changed, and for restored data. */
  private static final int PATIENT_SECONDS = 600;

  private static final Set<PosixFilePermission> OTHERS =
      Set.of(PosixFilePermission.GROUP_READ, PosixFilePermission.OTHERS_READ);

  private final PostgresAddress address;
  private final Optional<String> password;

  Connections(PostgresAddress address) {
    this.address = address;
    this.password =
        address
            .password()
            .or(() -> address.passwordFile().map(Connections::read))
            .or(() -> Optional.ofNullable(System.getenv("PGPASSWORD")));
  }

  private static String read(String name) {
    Path file = Path.of(name);
    try {
      if (Files.getPosixFilePermissions(file).stream().anyMatch(OTHERS::contains)) {
        throw new InvalidInput("others can read the password file " + name + "; chmod 600 it");
      }
      return Files.readString(file).strip();
    } catch (IOException e) {
      throw new InvalidInput("the password file " + name + " cannot be read", e);
    }
  }

  /** For the work. */
  DataSource usual() {
    return to(address.place(), ANSWER_SECONDS);
  }

  /** To the server itself, whatever pool stands before it. */
  Connection direct() throws SQLException {
    return to(server(), ANSWER_SECONDS).getConnection();
  }

  /** The same, for work that takes its time. */
  DataSource directAndPatient() {
    return to(server(), PATIENT_SECONDS);
  }

  private PostgresAddress.Place server() {
    return address.listen().orElse(address.place());
  }

  private DataSource to(PostgresAddress.Place place, int answerSeconds) {
    PGSimpleDataSource source = new PGSimpleDataSource();
    source.setServerNames(new String[] {place.host()});
    source.setPortNumbers(new int[] {place.port()});
    source.setDatabaseName(address.database());
    address
        .user()
        .or(() -> Optional.ofNullable(System.getenv("PGUSER")))
        .ifPresent(source::setUser);
    password.ifPresent(source::setPassword);
    source.setApplicationName("rookery");
    source.setConnectTimeout(CONNECT_SECONDS);
    source.setSocketTimeout(answerSeconds);
    source.setTcpKeepAlive(true);
    source.setLogServerErrorDetail(false);
    address.tls().ifPresent(source::setSslMode);
    address.rootCertificate().ifPresent(source::setSslRootCert);
    if (address.listen().isPresent()) {
      // A pool gives the same session to others between two transactions
      source.setPrepareThreshold(0);
    }
    return source;
  }
}
