package dev.rookery.client;

import dev.rookery.Durability;
import dev.rookery.InvalidEvent;
import dev.rookery.InvalidInput;
import dev.rookery.PublishRejected;
import dev.rookery.PublishUnknown;
import dev.rookery.Published;
import dev.rookery.RookeryException;
import dev.rookery.client.wire.Problem;
import dev.rookery.client.wire.PublishResult;
import dev.rookery.spi.Environment;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.OptionalInt;

/**
 * Empties the spool into the server, one request at a time. What publishers bring while a request
 * is under way goes together in the next one.
 *
 * <h2>Unknown results</h2>
 *
 * A request that was cut or ran out of time may have been carried out. It is repeated with the same
 * ids until an answer comes; the server stores each event once and answers with the first receipt.
 */
final class SpoolSender implements Runnable {
  private static final System.Logger LOG = System.getLogger(SpoolSender.class.getName());
  private static final Duration ANSWER_LIMIT = Duration.ofSeconds(4);
  private static final Duration MAX_RETRY_AFTER = Duration.ofSeconds(30);
  static final int BATCH_EVENTS = 500;
  static final int BATCH_BYTES = 1 << 20;

  private final Spool spool;
  private final Http http;
  private final Environment environment;
  private final Backoff backoff;

  /** The events of the present batch whose fate is not known yet, in order. */
  private final Deque<Pending> rest = new ArrayDeque<>();

  /** What this server's receipts reach, as far as they have said it. */
  private Durability reached = Durability.MEMORY;

  /** Events in one request; smaller after the server found a request too large. */
  private int most = BATCH_EVENTS;

  SpoolSender(Spool spool, Http http, Environment environment) {
    this.spool = spool;
    this.http = http;
    this.environment = environment;
    this.backoff = new Backoff(environment);
  }

  @Override
  public void run() {
    try {
      for (List<Pending> batch = spool.take(BATCH_EVENTS, BATCH_BYTES);
          !batch.isEmpty();
          batch = spool.take(BATCH_EVENTS, BATCH_BYTES)) {
        rest.addAll(batch);
        sendOrGiveUp();
        spool.sent();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Nobody may wait for ever because of a mistake here, or because memory ran out. */
  private void sendOrGiveUp() throws InterruptedException {
    try {
      sendAll();
    } catch (RuntimeException | OutOfMemoryError | StackOverflowError e) {
      LOG.log(System.Logger.Level.ERROR, "publishing to " + http.base() + " failed", e);
      rest.forEach(pending -> pending.complete(abandoned(pending, http.base())));
      rest.clear();
    }
  }

  private void sendAll() throws InterruptedException {
    most = BATCH_EVENTS;
    while (!rest.isEmpty()) {
      giveUpLate();
      List<Pending> part = rest.stream().limit(most).toList();
      if (part.isEmpty()) {
        return;
      }
      Duration delay = exchange(part);
      if (!delay.isZero() && !spool.pause(delay)) {
        rest.clear();
      }
    }
  }

  private void giveUpLate() {
    long now = environment.nanoTime();
    for (Pending late : spool.takeLate(now)) {
      late.complete(abandoned(late, http.base()));
    }
    for (Pending pending : rest) {
      if (pending.isLate(now)) {
        pending.complete(abandoned(pending, http.base()));
      }
    }
    rest.removeIf(Pending::isDone);
  }

  /** What is known of an event when nobody tries any more. */
  static Published abandoned(Pending pending, String server) {
    return pending.maybeStored()
        ? new Published.Unknown(
            new PublishUnknown(
                "stored or not: the answer of "
                    + server
                    + " did not come in time; publish it again with the same id"))
        : new Published.Rejected(
            new PublishRejected(
                "not stored: "
                    + server
                    + " could not be reached in time; publish it again when it is back"));
  }

  /** Sends the events; says how long to wait before what is left is sent again. */
  private Duration exchange(List<Pending> part) {
    boolean[] before = new boolean[part.size()];
    for (int i = 0; i < before.length; i++) {
      before[i] = part.get(i).maybeStored();
      part.get(i).maybeStored(true);
    }
    Runnable surelyNotSent =
        () -> {
          for (int i = 0; i < before.length; i++) {
            part.get(i).maybeStored(before[i]);
          }
        };
    try {
      Http.Answer answer =
          http.exchange(
              "POST",
              "/v1/events",
              "application/cloudevents-batch+json",
              batch(part),
              ANSWER_LIMIT);
      spool.away(false);
      return answered(part, answer, surelyNotSent);
    } catch (ConnectException e) {
      surelyNotSent.run();
      return away(e);
    } catch (IOException e) {
      return away(e);
    }
  }

  private Duration away(IOException e) {
    LOG.log(System.Logger.Level.DEBUG, "publishing to {0}: {1}", http.base(), Http.reason(e));
    spool.away(true);
    return backoff.next();
  }

  private static byte[] batch(List<Pending> part) {
    int size = 1;
    for (Pending pending : part) {
      size += pending.json().length + 1;
    }
    ByteArrayOutputStream body = new ByteArrayOutputStream(size);
    char separator = '[';
    for (Pending pending : part) {
      body.write(separator);
      body.writeBytes(pending.json());
      separator = ',';
    }
    body.write(']');
    return body.toByteArray();
  }

  private Duration answered(List<Pending> part, Http.Answer answer, Runnable surelyNotSent) {
    int status = answer.status();
    if (status < 300) {
      return results(part, answer.body());
    }
    Problem problem = Problem.read(status, answer.body());
    if (status == 429 || status == 503) {
      surelyNotSent.run();
      return later(answer);
    }
    if (status >= 500 && status != 507) {
      return backoff.next();
    }
    surelyNotSent.run();
    refused(part, problem);
    return Duration.ZERO;
  }

  private Duration results(List<Pending> part, byte[] body) {
    List<PublishResult> results;
    try {
      results = PublishResult.readAll(body);
    } catch (InvalidInput e) {
      results = List.of();
    }
    if (results.size() != part.size()) {
      return backoff.next();
    }
    backoff.reset();
    for (int i = 0; i < part.size(); i++) {
      switch (results.get(i)) {
        case PublishResult.Stored(var receipt) -> {
          reached = receipt.durability();
          part.get(i).complete(new Published.Stored(receipt));
        }
        case PublishResult.Failed(Problem problem) -> failed(part.get(i), problem);
      }
    }
    rest.removeIf(Pending::isDone);
    return rest.stream().anyMatch(part::contains) ? backoff.next() : Duration.ZERO;
  }

  private void failed(Pending pending, Problem problem) {
    switch (problem.code()) {
      case "id-conflict" ->
          pending.complete(
              pending.isDerived()
                  ? FirstReceipt.of(problem, reached)
                  : new Published.Rejected((PublishRejected) problem.toException()));
      case "publish-unknown", "log-failed" -> {
        // It stays in the rest and is repeated.
      }
      case "backend-unavailable", "bus-closed" -> pending.maybeStored(false);
      default -> pending.complete(new Published.Rejected(rejection(problem)));
    }
  }

  /**
   * The whole request was refused before anything was stored: because of one event, or its size.
   */
  private void refused(List<Pending> part, Problem problem) {
    OptionalInt index = index(problem, part.size());
    if (index.isPresent()) {
      part.get(index.getAsInt()).complete(new Published.Rejected(rejection(problem)));
    } else if (part.size() > 1) {
      most = part.size() / 2;
    } else {
      part.getFirst().complete(new Published.Rejected(rejection(problem)));
    }
    rest.removeIf(Pending::isDone);
  }

  private static OptionalInt index(Problem problem, int size) {
    return problem.more().get("index") instanceof Number number
            && number.intValue() >= 0
            && number.intValue() < size
        ? OptionalInt.of(number.intValue())
        : OptionalInt.empty();
  }

  private static PublishRejected rejection(Problem problem) {
    RookeryException exception = problem.toException();
    return exception instanceof PublishRejected rejected
        ? rejected
        : new InvalidEvent(String.valueOf(exception.getMessage()), exception);
  }

  private Duration later(Http.Answer answer) {
    Duration usual = backoff.next();
    return answer
        .retryAfter()
        .filter(text -> text.matches("[0-9]{1,6}"))
        .map(seconds -> Duration.ofSeconds(Long.parseLong(seconds)))
        .map(asked -> asked.compareTo(MAX_RETRY_AFTER) > 0 ? MAX_RETRY_AFTER : asked)
        .map(asked -> asked.plus(usual))
        .orElse(usual);
  }
}
