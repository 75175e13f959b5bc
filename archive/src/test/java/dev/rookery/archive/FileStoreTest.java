package dev.rookery.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rookery.InvalidInput;
import dev.rookery.NotFound;
import dev.rookery.testkit.ManualEnvironment;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileStoreTest {
  @TempDir Path folder;
  private final ManualEnvironment environment = new ManualEnvironment(1);

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private FileStore open() {
    return FileStore.open(folder.resolve("old"), environment);
  }

  @Test
  void whatIsPutIsThereUntilItIsRemoved() {
    FileStore store = open();
    store.put("a", bytes("first"));
    store.put("b", bytes("second"));
    store.put("a", bytes("first"));

    assertThat(store.names()).containsExactlyInAnyOrder("a", "b");
    assertThat(open().read("a")).isEqualTo(bytes("first"));
    assertThat(store.read("b", 3)).isEqualTo(bytes("sec"));
    assertThat(store.read("b", 300)).isEqualTo(bytes("second"));

    store.remove("a");
    store.remove("a");
    assertThat(store.names()).containsExactly("b");
    assertThatThrownBy(() -> store.read("a"))
        .isInstanceOf(NotFound.class)
        .hasMessageContaining(store.place("a"));
  }

  @Test
  void whatWasNotWrittenToItsEndIsNoPieceAndGoesAfterAnHour() throws IOException {
    FileStore store = open();
    Path part = folder.resolve("old/a.1.part");
    Files.write(part, bytes("hal"));
    Files.setLastModifiedTime(part, FileTime.from(environment.now()));

    assertThat(store.names()).isEmpty();
    open();
    assertThat(part).exists();
    environment.advance(Duration.ofMinutes(61));
    open();
    assertThat(part).doesNotExist();
  }

  @Test
  void aFileInThePlaceOfTheFolderIsRefused() throws IOException {
    Files.write(folder.resolve("old"), bytes("no folder"));

    assertThatThrownBy(this::open).isInstanceOf(InvalidInput.class);
  }
}
