package dev.rookery;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * What the audit's records are sealed with. With a secret the seal is an HMAC-SHA256, which nobody
 * makes without it; {@link #NONE} is a plain SHA-256, which anybody can make. It shows its {@link
 * #id} and never its secret.
 */
public final class AuditKey {
  /** No secret. */
  public static final AuditKey NONE = new AuditKey(Optional.empty());

  private static final int LEAST = 32;
  private static final String ALGORITHM = "HmacSHA256";
  private static final String FORMAT = "rookery-audit-1\n";
  private static final Set<PosixFilePermission> OWNERS =
      Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

  private final Optional<SecretKeySpec> secret;
  private final String id;

  private AuditKey(Optional<SecretKeySpec> secret) {
    this.secret = secret;
    this.id = secret.isEmpty() ? "none" : seal("which key is this").substring(0, 8);
  }

  /**
   * A key of a secret text.
   *
   * @throws InvalidInput when it has less than 32 characters
   */
  public static AuditKey of(String secret) {
    if (secret.length() < LEAST) {
      throw new InvalidInput(
          "an audit key has at least "
              + LEAST
              + " characters; 'openssl rand -hex 32' makes a good one");
    }
    byte[] bytes = secret.getBytes(StandardCharsets.UTF_8);
    return new AuditKey(Optional.of(new SecretKeySpec(bytes, ALGORITHM)));
  }

  /**
   * The keys of a file, one a line: the first seals, all of them are known when the audit is
   * verified.
   *
   * @throws InvalidInput when the file cannot be read, others may read it, or it holds no key
   */
  public static List<AuditKey> load(Path file) {
    try {
      if (Files.getFileStore(file).supportsFileAttributeView("posix")
          && !OWNERS.containsAll(Files.getPosixFilePermissions(file))) {
        throw new InvalidInput(
            "others may use the audit key in " + file + "; 'chmod 600' keeps it from them");
      }
      return lines(file.toString(), Files.readString(file));
    } catch (IOException e) {
      throw new InvalidInput("the audit key in " + file + " cannot be read", e);
    }
  }

  /** The keys of a text, one a line. */
  public static List<AuditKey> lines(String where, String text) {
    List<AuditKey> keys =
        text.lines().map(String::strip).filter(line -> !line.isEmpty()).map(AuditKey::of).toList();
    if (keys.isEmpty()) {
      throw new InvalidInput(where + " holds no audit key");
    }
    return keys;
  }

  /** Names the key without telling it; {@code none} where there is no secret. */
  public String id() {
    return id;
  }

  public boolean isSecret() {
    return secret.isPresent();
  }

  /** The seal of a text, 64 hexadecimal digits. */
  public String seal(String text) {
    byte[] bytes = (FORMAT + text).getBytes(StandardCharsets.UTF_8);
    try {
      if (secret.isEmpty()) {
        return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
      }
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(secret.get());
      return HexFormat.of().formatHex(mac.doFinal(bytes));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every Java platform has SHA-256 and its HMAC", e);
    }
  }

  /** Whether a seal is this key's of the text; takes as long for each wrong one. */
  public boolean sealed(String text, String seal) {
    return MessageDigest.isEqual(
        seal(text).getBytes(StandardCharsets.US_ASCII), seal.getBytes(StandardCharsets.UTF_8));
  }

  @Override
  public String toString() {
    return "audit key " + id;
  }
}
