package dev.rookery.archive;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.rookery.spi.Entry;
import dev.rookery.verify.fuzz.Decoding;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Segments, and what somebody else may call one. */
class SegmentFuzz {
  @FuzzTest
  void aSegmentIsReadAsItWasWrittenOrDamaged(byte[] bytes) {
    Decoding.of(() -> entries(bytes))
        .ifPresent(read -> {
          SegmentHeader header = SegmentHeader.read(bytes);
          byte[] written =
              SegmentWriter.write(
                  header.partition(), header.before(), header.taken(), read, Optional.empty());
          assertThat(entries(written)).isEqualTo(read);
        });
  }

  /** With right checksums, so that what stands behind them is reached. */
  @FuzzTest
  void aSealedSegmentIsReadOrDamaged(byte[] bytes) {
    Decoding.of(() -> entries(Sealed.of(bytes)));
  }

  private static List<Entry> entries(byte[] bytes) {
    Segment segment = Segment.open(bytes, Optional.empty());
    List<Entry> entries = new ArrayList<>();
    for (int row = 0; row < segment.header().count(); row++) {
      entries.add(segment.entry(row));
    }
    return entries;
  }
}
