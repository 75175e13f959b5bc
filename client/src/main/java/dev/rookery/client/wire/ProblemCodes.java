package dev.rookery.client.wire;

import dev.rookery.AcknowledgedEventsMissing;
import dev.rookery.BackendUnavailable;
import dev.rookery.BackupDamaged;
import dev.rookery.BusClosed;
import dev.rookery.ConfigDiffers;
import dev.rookery.DamagedLog;
import dev.rookery.EpochChanged;
import dev.rookery.EventTooLarge;
import dev.rookery.FolderLocked;
import dev.rookery.IdConflict;
import dev.rookery.InvalidEvent;
import dev.rookery.InvalidInput;
import dev.rookery.LogFailed;
import dev.rookery.LogFull;
import dev.rookery.NameTaken;
import dev.rookery.NotAudited;
import dev.rookery.NotFound;
import dev.rookery.PlaceTaken;
import dev.rookery.PositionTrimmed;
import dev.rookery.PublishRejected;
import dev.rookery.PublishUnknown;
import dev.rookery.RestoreUnfinished;
import dev.rookery.RookeryException;
import dev.rookery.StaleClaim;
import dev.rookery.TrimmedByOthers;
import dev.rookery.Undecodable;
import dev.rookery.Unsupported;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Stream;

/** The table from codes to exceptions, and from exceptions to HTTP's numbers. */
final class ProblemCodes {
  private static final Map<String, Function<String, RookeryException>> EXCEPTIONS =
      Map.ofEntries(
          Map.entry("acknowledged-events-missing", AcknowledgedEventsMissing::new),
          Map.entry("backend-unavailable", BackendUnavailable::new),
          Map.entry("backup-damaged", BackupDamaged::new),
          Map.entry("body-too-large", EventTooLarge::new),
          Map.entry("bus-closed", BusClosed::new),
          Map.entry("config-differs", ConfigDiffers::new),
          Map.entry("damaged-log", DamagedLog::new),
          Map.entry("epoch-changed", EpochChanged::new),
          Map.entry("event-too-large", EventTooLarge::new),
          Map.entry("folder-locked", FolderLocked::new),
          Map.entry("id-conflict", IdConflict::new),
          Map.entry("invalid-event", InvalidEvent::new),
          Map.entry("invalid-input", InvalidInput::new),
          Map.entry("log-failed", LogFailed::new),
          Map.entry("log-full", LogFull::new),
          Map.entry("name-taken", NameTaken::new),
          Map.entry("not-audited", NotAudited::new),
          Map.entry("not-found", NotFound::new),
          Map.entry("place-taken", PlaceTaken::new),
          Map.entry("position-trimmed", PositionTrimmed::new),
          Map.entry("publish-rejected", PublishRejected::new),
          Map.entry("publish-unknown", PublishUnknown::new),
          Map.entry("restore-unfinished", RestoreUnfinished::new),
          Map.entry("stale-claim", StaleClaim::new),
          Map.entry("trimmed-by-others", TrimmedByOthers::new),
          Map.entry("undecodable", Undecodable::new),
          Map.entry("unsupported", Unsupported::new));

  private ProblemCodes() {}

  /** What makes the exceptions that can be told apart. */
  static Stream<Function<String, RookeryException>> known() {
    return EXCEPTIONS.entrySet().stream()
        .filter(entry -> !entry.getKey().equals("body-too-large"))
        .map(Map.Entry::getValue);
  }

  static int statusOf(RookeryException e) {
    return switch (e) {
      case InvalidInput _, InvalidEvent _ -> 400;
      case NotFound _ -> 404;
      case IdConflict _, NameTaken _, PlaceTaken _, ConfigDiffers _, StaleClaim _ -> 409;
      case PositionTrimmed _, TrimmedByOthers _, EpochChanged _ -> 410;
      case EventTooLarge _ -> 413;
      case Undecodable _ -> 422;
      case Unsupported _ -> 501;
      case LogFull _ -> 507;
      case PublishRejected _ -> 422;
      case BackendUnavailable _,
          BusClosed _,
          FolderLocked _,
          LogFailed _,
          NotAudited _,
          PublishUnknown _ ->
          503;
      default -> 500;
    };
  }

  static RookeryException exception(Problem problem) {
    Function<String, RookeryException> known = EXCEPTIONS.get(problem.code());
    if (known != null) {
      return known.apply(problem.detail());
    }
    return switch (problem.status()) {
      case 413 -> new EventTooLarge(problem.detail());
      case 408, 429, 502, 503, 504 -> new BackendUnavailable(problem.detail());
      default ->
          problem.status() >= 400 && problem.status() < 500
              ? new InvalidInput(problem.detail())
              : new RookeryException(problem.detail());
    };
  }
}
