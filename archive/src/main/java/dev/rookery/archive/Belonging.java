package dev.rookery.archive;

import dev.rookery.ConfigDiffers;
import dev.rookery.spi.Backend;
import dev.rookery.spi.Environment;
import dev.rookery.spi.SegmentStore;
import java.util.List;
import java.util.Optional;

/**
 * Holds that an archive and a log belong together. Both keep the same word: the log as a setting,
 * the archive as the name of an empty piece. An archive of another log would be read as if it were
 * this one's past, and the archiver would take away what its own cursor does not vouch for.
 */
final class Belonging {
  private static final String SETTING = "archive";
  private static final String END = ".archive";

  private Belonging() {}

  /** Makes them belong together where they are new. */
  static void check(Backend live, SegmentStore store, Environment environment) {
    List<String> names = store.names();
    List<String> words = names.stream().filter(name -> name.endsWith(END)).toList();
    Optional<String> known = live.setting(SETTING);
    if (known.isEmpty() && words.size() <= 1 && names.size() == words.size()) {
      String word = words.isEmpty() ? environment.newId() + END : words.getFirst();
      store.put(word, new byte[0]);
      live.changeSetting(SETTING, known, word);
      words = store.names().stream().filter(name -> name.endsWith(END)).toList();
      known = live.setting(SETTING);
    }
    if (known.filter(words::contains).isEmpty()) {
      throw new ConfigDiffers(
          store
              + (known.isEmpty() || !words.isEmpty()
                  ? " is the archive of another log; give each log a folder of its own"
                  : " is not the archive that this log was used with, which holds its older part;"
                      + " give that one"));
    }
  }
}
