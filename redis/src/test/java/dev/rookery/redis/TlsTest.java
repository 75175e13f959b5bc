package dev.rookery.redis;

import static dev.rookery.redis.Opened.BOT;
import static dev.rookery.testkit.Soon.soon;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rookery.BackendUnavailable;
import dev.rookery.Position;
import dev.rookery.testkit.Samples;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.util.Base64;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A server with a certificate for the name localhost, signed by nobody else. */
class TlsTest {
  private static final String TRUSTED = "javax.net.ssl.trustStore";
  private static final String SECRET = "changeit";
  private static final int PORT = TestServer.freePort();

  @TempDir private static Path folder;

  private static TestServer server;

  @BeforeAll
  static void start() throws Exception {
    Path store = folder.resolve("keys.p12");
    Process made =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-alias",
                "server",
                "-keyalg",
                "EC",
                "-dname",
                "CN=localhost",
                "-ext",
                "san=dns:localhost",
                "-storetype",
                "PKCS12",
                "-keystore",
                store.toString(),
                "-storepass",
                SECRET)
            .inheritIO()
            .start();
    assertThat(made.waitFor()).isZero();
    KeyStore keys = KeyStore.getInstance("PKCS12");
    try (InputStream in = Files.newInputStream(store)) {
      keys.load(in, SECRET.toCharArray());
    }
    KeyStore trusted = KeyStore.getInstance("JKS");
    trusted.load(null, null);
    trusted.setCertificateEntry("server", keys.getCertificate("server"));
    try (OutputStream out = Files.newOutputStream(folder.resolve("trusted.jks"))) {
      trusted.store(out, SECRET.toCharArray());
    }
    Path key =
        pem("key.pem", "PRIVATE KEY", keys.getKey("server", SECRET.toCharArray()).getEncoded());
    Path certificate =
        pem("certificate.pem", "CERTIFICATE", keys.getCertificate("server").getEncoded());
    server =
        TestServer.start(
            "save \"\"",
            "tls-port " + PORT,
            "tls-key-file " + key,
            "tls-cert-file " + certificate,
            "tls-ca-cert-file " + certificate,
            "tls-auth-clients no");
  }

  private static Path pem(String name, String kind, byte[] encoded) throws Exception {
    String text =
        "-----BEGIN %s-----%n%s%n-----END %s-----%n"
            .formatted(kind, Base64.getMimeEncoder().encodeToString(encoded), kind);
    return Files.writeString(folder.resolve(name), text, StandardCharsets.US_ASCII);
  }

  @AfterAll
  static void stop() {
    server.close();
  }

  @AfterEach
  void trustAsBefore() {
    System.clearProperty(TRUSTED);
  }

  private static void trust() {
    System.setProperty(TRUSTED, folder.resolve("trusted.jks").toString());
  }

  @Test
  void everythingWorksOverTls() {
    trust();
    try (Opened opened = Opened.at("rediss://localhost:" + PORT)) {
      Queue<Object> heard = new ConcurrentLinkedQueue<>();
      opened.log().listen(heard::add);
      opened.log().append(BOT, Samples.appends("a", 100));

      assertThat(opened.log().read(BOT, Position.ZERO, 1_000, 1_000_000)).hasSize(100);
      server.ask("XADD", Opened.STREAM, "*", "n", "1");
      soon().until(() -> heard.size() >= 2);
    }
  }

  @Test
  void aServerThatNobodyTrustsIsNotTalkedTo() {
    assertThatThrownBy(() -> Opened.at("rediss://localhost:" + PORT))
        .isInstanceOf(BackendUnavailable.class)
        .hasStackTraceContaining("unable to find valid certification path");
  }

  @Test
  void aServerWithACertificateForAnotherNameIsNotTalkedTo() {
    trust();

    assertThatThrownBy(() -> Opened.at("rediss://127.0.0.1:" + PORT))
        .isInstanceOf(BackendUnavailable.class)
        .hasStackTraceContaining("No subject alternative names matching IP address 127.0.0.1");
  }
}
