package dev.rookery.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.rookery.DamagedLog;
import dev.rookery.Partition;
import dev.rookery.Payload;
import dev.rookery.Position;
import dev.rookery.spi.Entry;
import dev.rookery.spi.Place;
import dev.rookery.testkit.Samples;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class SegmentTest {
  private static final Partition USER = new Partition("user", 3);
  private static final int SEEDS = Integer.getInteger("rookery.seeds", 40);

  private static final int CHANGES = Integer.getInteger("rookery.changes", 100);

  private static byte[] write(List<Entry> entries, Optional<Dictionary> dictionary) {
    Place before = new Place(Position.ZERO, 70);
    return SegmentWriter.write(USER, before, Instant.EPOCH, entries, dictionary);
  }

  private static byte[] write(List<Entry> entries) {
    return write(entries, Optional.empty());
  }

  private static List<Entry> entries(Segment segment) {
    List<Entry> entries = new ArrayList<>();
    for (int row = 0; row < segment.header().count(); row++) {
      entries.add(segment.entry(row));
    }
    return entries;
  }

  private static List<Entry> read(byte[] bytes) {
    return entries(Segment.open(bytes, Optional.empty()));
  }

  @Test
  void whatIsReadIsWhatWasWritten() {
    for (long seed = 0; seed < SEEDS; seed++) {
      List<Entry> entries = OddEntries.of(seed, 1 + (int) (seed * 17 % 400));

      assertThat(read(write(entries))).as("seed %d", seed).isEqualTo(entries);
    }
  }

  @Test
  void aHugeEventIsReadAsItWasWritten() {
    byte[] bytes = new byte[9_000_000];
    Arrays.fill(bytes, (byte) '7');
    Entry huge =
        new Entry.Stored(
            Position.of(1), Samples.event("a", "bot-1", Payload.wrap("text/plain", bytes)));

    assertThat(read(write(List.of(huge)))).containsExactly(huge);
  }

  @Test
  void whatADictionaryWasLearnedForIsReadWithItAndNotWithout() {
    List<Entry> chat = Chat.events();
    Dictionary learned =
        Dictionary.train(
                chat.subList(0, 2_000).stream().map(e -> ((Entry.Stored) e).event()).toList())
            .orElseThrow();
    Dictionary other = Dictionary.read(learned.id(), learned.toArray());
    byte[] segment = write(chat.subList(0, 500), Optional.of(learned));

    assertThat(segment.length).isLessThan(write(chat.subList(0, 500)).length);
    assertThat(entries(Segment.open(segment, Optional.of(other)))).isEqualTo(chat.subList(0, 500));
    assertThatThrownBy(() -> read(segment)).isInstanceOf(DamagedLog.class);
    assertThatThrownBy(() -> Dictionary.read(learned.id() + 1, learned.toArray()))
        .isInstanceOf(DamagedLog.class);
  }

  @Test
  void rowsAreFoundByTheirPositions() {
    List<Entry> entries = OddEntries.of(7, 300);
    Segment segment = Segment.open(write(entries), Optional.empty());

    assertThat(segment.rowAfter(Position.ZERO)).isZero();
    for (int row = 0; row < entries.size(); row++) {
      assertThat(segment.rowAfter(entries.get(row).position())).isEqualTo(row + 1);
    }
  }

  @Test
  void aCutOrFlippedSegmentIsDamagedWhereverItIs() {
    byte[] segment = write(OddEntries.of(3, 12));
    for (int at = 0; at < segment.length; at++) {
      byte[] cut = Arrays.copyOf(segment, at);
      assertThatThrownBy(() -> read(cut)).as("cut at %d", at).isInstanceOf(DamagedLog.class);
      byte[] flipped = segment.clone();
      flipped[at] ^= (byte) (1 << at % 8);
      assertThatThrownBy(() -> read(flipped)).as("bit at %d", at).isInstanceOf(DamagedLog.class);
    }
    assertThatThrownBy(() -> read(Arrays.copyOf(segment, segment.length + 1)))
        .isInstanceOf(DamagedLog.class);
  }

  /** Behind the checksums stands somebody who believes nothing either. */
  @Test
  void whatIsNonsenseUnderARightChecksumIsDamagedOrReadToItsEnd() {
    Resealed segment = Resealed.of(write(OddEntries.of(5, 30)));
    int damaged = 0;
    int read = 0;
    for (int column : segment.columns()) {
      for (long change :
          LongStream.range(0, Math.min(CHANGES, 4L * segment.length(column))).toArray()) {
        byte[] changed = segment.withChanged(column, change * 0x9e3779b97f4a7c15L);
        if (isRead(changed)) {
          read++;
        } else {
          damaged++;
        }
      }
    }
    for (int at = 0; at < segment.headerLength(); at++) {
      if (isRead(segment.withHeaderChanged(at))) {
        read++;
      } else {
        damaged++;
      }
    }
    assertThat(damaged).isGreaterThan(100);
    assertThat(read).isGreaterThan(100);
  }

  private static boolean isRead(byte[] bytes) {
    try {
      return read(bytes).size() > 0;
    } catch (DamagedLog e) {
      assertThat(e.getMessage()).isNotBlank();
      return false;
    }
  }
}
