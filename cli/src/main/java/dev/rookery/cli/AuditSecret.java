package dev.rookery.cli;

import dev.rookery.AuditConfig;
import dev.rookery.AuditKey;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Where the command finds the audit's key: in the configuration, else in the environment. */
final class AuditSecret {
  private static final String KEY = "ROOKERY_AUDIT_KEY";
  private static final String FILE = "ROOKERY_AUDIT_KEY_FILE";

  private AuditSecret() {}

  static AuditConfig into(AuditConfig config, Map<String, String> env) {
    return config.keys().isEmpty() ? config.keys(named(env)) : config;
  }

  private static List<AuditKey> named(Map<String, String> env) {
    String key = env.get(KEY);
    String file = env.get(FILE);
    if (key != null) {
      return AuditKey.lines("$" + KEY, key);
    }
    return file == null ? List.of() : AuditKey.load(Path.of(file));
  }
}
