package dev.rookery.server;

import dev.rookery.EventBus;
import dev.rookery.Operations.Located;
import dev.rookery.Operations.Page;
import dev.rookery.Operations.ReadRequest;
import dev.rookery.Partition;
import dev.rookery.Position;
import dev.rookery.RookeryException;
import dev.rookery.Start;
import dev.rookery.Token;
import dev.rookery.TypePattern;
import dev.rookery.client.wire.CloudEventWriter;
import dev.rookery.client.wire.JsonOut;
import io.javalin.http.Context;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;

/**
 * {@code GET /v1/stream}: events as they are stored, as server-sent events. No cursor is kept; the
 * client says with {@code Last-Event-ID} how far it got, and the id of an event is the token of the
 * place after it.
 */
final class StreamEndpoint {
  private static final Duration HEARTBEAT = Duration.ofSeconds(5);
  private static final int PAGE = 100;

  private final EventBus bus;
  private final Semaphore places;
  private final Set<Thread> threads = ConcurrentHashMap.newKeySet();
  private volatile boolean closing;

  StreamEndpoint(EventBus bus, int maxStreams) {
    this.bus = bus;
    this.places = new Semaphore(maxStreams);
  }

  /** Ends the streams; their clients come again with the last id. */
  void close() {
    closing = true;
    threads.forEach(Thread::interrupt);
  }

  void handle(Context ctx) throws IOException {
    String last = ctx.header("Last-Event-ID");
    Start from =
        last == null || last.isEmpty()
            ? Query.from(ctx, Start.latest())
            : new Start.After(Token.parse(last));
    if (from instanceof Start.Latest) {
      from = new Start.After(bus.operations().latest());
    }
    List<TypePattern> patterns = Query.patterns(ctx);
    Optional<String> where = Query.text(ctx, "where");
    // Answers with a problem what is wrong with the request, while there is still a status to set
    bus.operations().read(new ReadRequest(patterns, where, from, 1, Duration.ZERO));
    if (!places.tryAcquire()) {
      throw Refused.tooMany("the server has as many event streams as it takes; close one first");
    }
    threads.add(Thread.currentThread());
    try {
      stream(ctx.res(), patterns, where, from);
    } finally {
      threads.remove(Thread.currentThread());
      places.release();
    }
  }

  private void stream(
      HttpServletResponse response, List<TypePattern> patterns, Optional<String> where, Start from)
      throws IOException {
    response.setContentType("text/event-stream");
    response.setCharacterEncoding("utf-8");
    response.setHeader("Cache-Control", "no-store");
    OutputStream out = response.getOutputStream();
    write(out, ": rookery\n\n");
    Start next = from;
    while (!closing) {
      Page page;
      try {
        page = bus.operations().read(new ReadRequest(patterns, where, next, PAGE, HEARTBEAT));
      } catch (RookeryException e) {
        if (closing) {
          return;
        }
        // The client comes again with the last id; by then the bus may be back
        write(out, ": " + e.code() + "\n\n");
        return;
      }
      if (page.events().isEmpty()) {
        write(out, ": still here\n\n");
      } else {
        events(out, next, page);
      }
      next = new Start.After(page.next());
    }
  }

  /**
   * Writes the events of a page. Before the first token the places in partitions that have not
   * spoken yet are not known, so that an event has an id only once each partition of the page has.
   */
  private static void events(OutputStream out, Start begin, Page page) throws IOException {
    Map<Partition, Position> places = new HashMap<>();
    Optional<String> epoch = page.next().epoch();
    Set<Partition> unknown = new HashSet<>();
    if (begin instanceof Start.After(Token token)) {
      places.putAll(token.positions());
    } else {
      places.putAll(page.next().positions());
      page.events().forEach(located -> unknown.add(located.partition()));
    }
    JsonOut json = new JsonOut(1_024);
    StringBuilder text = new StringBuilder();
    for (Located located : page.events()) {
      places.put(located.partition(), located.position());
      unknown.remove(located.partition());
      if (unknown.isEmpty()) {
        text.append("id: ").append(new Token(places, epoch)).append('\n');
      }
      json.clear();
      CloudEventWriter.write(json, located.event());
      json.toString().lines().forEach(line -> text.append("data: ").append(line).append('\n'));
      text.append('\n');
      if (text.length() > 32_768) {
        write(out, text.toString());
        text.setLength(0);
      }
    }
    write(out, text.toString());
  }

  private static void write(OutputStream out, String text) throws IOException {
    out.write(text.getBytes(StandardCharsets.UTF_8));
    out.flush();
  }
}
