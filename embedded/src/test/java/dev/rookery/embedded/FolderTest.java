package dev.rookery.embedded;

import static dev.rookery.embedded.Fixture.USER;
import static dev.rookery.embedded.Fixture.appendEach;
import static dev.rookery.embedded.Fixture.ids;
import static dev.rookery.embedded.Fixture.idsOf;
import static dev.rookery.embedded.Fixture.open;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rookery.BusConfig;
import dev.rookery.FolderLocked;
import dev.rookery.InvalidInput;
import dev.rookery.PublishRejected;
import dev.rookery.spi.Environment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("P7")
class FolderTest {
  @TempDir Path folder;

  @Test
  void aSecondOpenInTheSameProcessIsRefusedByName() {
    try (FileBackend backend = open(folder)) {
      assertThatThrownBy(() -> open(folder))
          .isInstanceOf(FolderLocked.class)
          .hasMessageContaining(Long.toString(ProcessHandle.current().pid()))
          .hasMessageContaining("rookery serve --bus file:" + folder);
      appendEach(backend, 1, 1);
    }
    open(folder).close();
  }

  @Test
  void anotherProcessIsRefusedByNameEvenAfterASecondOpenHere() throws Exception {
    try (FileBackend backend = open(folder)) {
      assertThatThrownBy(() -> open(folder)).isInstanceOf(FolderLocked.class);

      try (Appender other = Appender.start(folder, 1)) {
        assertThat(other.lines().toList())
            .anySatisfy(line ->
                assertThat(line)
                    .contains("FolderLocked", "process " + ProcessHandle.current().pid())
                    .contains("rookery serve --bus file:"));
      }
      assertThat(ids(backend)).isEmpty();
    }
  }

  @Test
  void aFolderIsMadeForItsOwnerOnly() throws Exception {
    Path made = folder.resolve("a/b");
    open(made).close();

    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(made)))
        .isEqualTo("rwx------");
  }

  @Test
  void anInterruptedThreadOpensAndClosesAFolder() {
    Thread.currentThread().interrupt();
    open(folder).close();
    assertThat(Thread.interrupted()).isTrue();
    open(folder).close();
  }

  @Test
  void anAddressThatSaysTooLittleOrTooMuchIsRefused() {
    assertThatThrownBy(() -> open("file:", FailPoint.NONE)).isInstanceOf(InvalidInput.class);
    assertThatThrownBy(() -> open("file:" + folder + "?accept=all", FailPoint.NONE))
        .isInstanceOf(InvalidInput.class);
  }

  @Test
  void aDiskWithoutRoomTakesNoEventsAndAllElseGoesOn() {
    try (FileBackend backend = open(folder)) {
      appendEach(backend, 1, 3);
    }
    Folder full = Folder.open(folder.toString()).reserving(1L << 60);
    try (FileBackend backend =
        FileBackend.over(
            Store.open(full, false), BusConfig.standard(), Environment.system(), FailPoint.NONE)) {
      assertThatThrownBy(() -> appendEach(backend, 4, 4))
          .isInstanceOf(PublishRejected.class)
          .hasMessageContaining("make room");
      assertThat(backend.changeSetting("name", Optional.empty(), "value")).isTrue();
      assertThat(ids(backend)).isEqualTo(idsOf(1, 3));
    }
    try (FileBackend backend = open(folder)) {
      appendEach(backend, 4, 4);
      assertThat(backend.log().latest(USER).ordinal()).isEqualTo(4);
    }
  }
}
