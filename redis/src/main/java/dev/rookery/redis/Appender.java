package dev.rookery.redis;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.rookery.BackendUnavailable;
import dev.rookery.BusConfig;
import dev.rookery.Durability;
import dev.rookery.Partition;
import dev.rookery.Position;
import dev.rookery.spi.Append;
import dev.rookery.spi.Appended;
import dev.rookery.spi.Environment;
import dev.rookery.spi.SerialWork;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.ReadWriteLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import redis.clients.jedis.CommandArguments;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Appends to one partition. What waits goes together into one run of the script, and while that is
 * under way the next group follows on the same connection, so that Redis is never idle for the way
 * of an answer.
 *
 * <h2>Which of three</h2>
 *
 * Until the connection stands nothing was sent: refused. Once something may have been sent and no
 * answer came: unknown, for all groups that are under way. An error as the answer: nothing was
 * stored, since the script's first write is the one that can fail.
 *
 * <h2>Waiting for more</h2>
 *
 * Where more is demanded than the answer says, groups that are stored are put by until nothing else
 * can be sent, and then one wait is for all of them. Redis waits for what the same connection wrote
 * last, which a duplicate did not; so each wait writes a mark of its own first.
 */
final class Appender implements AutoCloseable {
  private static final int GROUP_EVENTS = 200;
  private static final int UNDER_WAY = 2;
  private static final int USUAL_BYTES = 640;
  private static final int MOST_STORED = 50;
  private static final long MOST_IDS = 1_000_000;
  private static final int CONTENT_BYTES = 16;
  private static final long IDLE_NANOS = 1_000_000_000;

  private final Redis redis;
  private final Keys keys;
  private final EventFields fields;
  private final long windowMillis;
  private final Consumer<Position> appended;
  private final Supplier<ServerSettings> settings;
  private final Line line;
  private final ConcurrentLinkedQueue<Waiting> waiting = new ConcurrentLinkedQueue<>();
  private final Deque<Group> flying = new ArrayDeque<>();
  private final List<Stored> stored = new ArrayList<>();
  private final SerialWork work;
  private final ReadWriteLock open = new ReentrantReadWriteLock();
  private final Environment environment;
  private long usedAt;
  private boolean closed;

  /** What one caller appends, as the script reads it. */
  private record Waiting(
      List<byte[]> names,
      List<byte[]> contents,
      List<byte[]> fields,
      CompletableFuture<List<Appended>> answer) {
    int events() {
      return names.size();
    }
  }

  private record Group(List<Waiting> members, Call call) {
    void fail(RuntimeException cause) {
      members.forEach(member -> member.answer.completeExceptionally(cause));
    }
  }

  /** A group whose answers are held back. */
  private record Stored(Group group, List<Reply> answers) {}

  Appender(
      Redis redis,
      Partition partition,
      BusConfig config,
      Environment environment,
      Supplier<ServerSettings> settings,
      Consumer<Position> appended) {
    this.redis = redis;
    this.keys = Keys.of(partition);
    this.windowMillis = config.idWindow().toMillis();
    this.fields = new EventFields(config.catalogue(), config.limits());
    this.environment = environment;
    this.usedAt = environment.nanoTime();
    this.settings = settings;
    this.appended = appended;
    this.line = redis.line();
    this.work = new SerialWork("rookery-redis-appender " + partition, this::drain);
  }

  List<Appended> append(List<Append> events) {
    Waiting mine =
        new Waiting(
            events.stream().map(Appender::name).toList(),
            events.stream().map(Appender::digest).toList(),
            events.stream().map(this::pack).toList(),
            new CompletableFuture<>());
    open.readLock().lock();
    try {
      if (closed) {
        throw new BackendUnavailable("the bus on " + redis.address() + " was closed");
      }
      waiting.add(mine);
      work.ask();
      return mine.answer.join();
    } catch (CompletionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : e;
    } finally {
      open.readLock().unlock();
    }
  }

  private static byte[] name(Append append) {
    return (append.event().source() + '\0' + append.event().id()).getBytes(UTF_8);
  }

  private static byte[] digest(Append append) {
    ByteBuffer content = append.content().duplicate();
    byte[] digest = new byte[Math.min(CONTENT_BYTES, content.remaining())];
    content.get(digest);
    return digest;
  }

  private byte[] pack(Append append) {
    Pack pack = new Pack(USUAL_BYTES);
    for (Object text : fields.encode(append.event())) {
      pack.bytes(text instanceof byte[] bytes ? bytes : text.toString().getBytes(UTF_8));
    }
    return pack.toArray();
  }

  private void drain() {
    while (true) {
      if (flying.size() < UNDER_WAY && !waiting.isEmpty() && stored.size() < MOST_STORED) {
        start(gather());
      } else if (!flying.isEmpty()) {
        finish(flying.remove());
      } else if (!stored.isEmpty()) {
        confirm();
      } else {
        return;
      }
    }
  }

  private Group gather() {
    List<Waiting> members = new ArrayList<>();
    int events = 0;
    for (Waiting next = waiting.peek();
        next != null && (events == 0 || events + next.events() <= GROUP_EVENTS);
        next = waiting.peek()) {
      members.add(waiting.remove());
      events += next.events();
    }
    Call call =
        Call.of(Scripts.Name.APPEND, keys.stream(), keys.meta(), keys.ids(0), keys.ids(1))
            .with(windowMillis, MOST_IDS, events)
            .withAll(of(members, Waiting::names))
            .withAll(of(members, Waiting::contents))
            .withAll(of(members, Waiting::fields));
    return new Group(members, call);
  }

  private static List<byte[]> of(List<Waiting> members, Function<Waiting, List<byte[]>> part) {
    return members.stream().map(part).flatMap(List::stream).toList();
  }

  private void start(Group group) {
    try {
      line.open();
      long now = environment.nanoTime();
      if (flying.isEmpty() && now - usedAt > IDLE_NANOS) {
        line.refresh();
      }
      usedAt = now;
    } catch (JedisException e) {
      group.fail(Trouble.of(redis.address(), e));
      return;
    }
    flying.add(group);
    try {
      line.send(group.call.bySha(redis.scripts()));
    } catch (RuntimeException | Error e) {
      loseAll(e);
    }
  }

  private void finish(Group group) {
    try {
      List<Reply> answers = line.answer().list();
      ServerSettings now = settings.get();
      if (now.waits().isEmpty()) {
        answer(group, answers, now.durability());
      } else {
        stored.add(new Stored(group, answers));
      }
    } catch (JedisDataException e) {
      if (Redis.lacksScript(e)) {
        again(group);
      } else {
        group.fail(Trouble.ofAppend(redis.address(), e));
        if (Redis.isReadOnly(e)) {
          loseAll(e);
        }
      }
    } catch (RuntimeException | Error e) {
      flying.addFirst(group);
      loseAll(e);
    }
  }

  private void again(Group group) {
    flying.add(group);
    try {
      line.send(group.call.byText(redis.scripts()));
    } catch (RuntimeException | Error e) {
      loseAll(e);
    }
  }

  /** Waits once for all that is stored. */
  private void confirm() {
    ServerSettings now = settings.get();
    try {
      line.send(new CommandArguments(Command.HINCRBY).key(keys.meta()).add("waits").add(1));
      for (Wait wait : now.waits()) {
        line.send(wait.command());
      }
      line.answer();
      List<Wait> failed = new ArrayList<>(now.waits());
      failed.removeIf(wait -> wait.isOver(line.answer()));
      List<Stored> done = List.copyOf(stored);
      stored.clear();
      for (Stored each : done) {
        if (failed.isEmpty()) {
          answer(each.group, each.answers, now.durability());
        } else {
          each.group.fail(Trouble.unconfirmed(redis.address(), failed));
        }
      }
    } catch (RuntimeException | Error e) {
      loseAll(e);
    }
  }

  private void loseAll(Throwable cause) {
    stored.forEach(each -> each.group.fail(Trouble.unknown(redis.address(), cause)));
    stored.clear();
    flying.forEach(group -> group.fail(Trouble.unknown(redis.address(), cause)));
    flying.clear();
    line.cut();
  }

  private void answer(Group group, List<Reply> answers, Durability level) {
    int from = 0;
    Position end = Position.ZERO;
    for (Waiting member : group.members) {
      List<Appended> mine = new ArrayList<>(member.events());
      for (Reply answer : answers.subList(from, from + member.events())) {
        Appended one = appended(answer.bytes(), level);
        end = one instanceof Appended.Stored ? one.position() : end;
        mine.add(one);
      }
      from += member.events();
      member.answer.complete(mine);
    }
    appended.accept(end);
  }

  private static Appended appended(byte[] answer, Durability level) {
    Position position = Ids.position(answer, 1);
    return switch (answer[0]) {
      case 'S' -> new Appended.Stored(position, level);
      case 'D' -> new Appended.Duplicate(position, level);
      default -> new Appended.Conflict(position);
    };
  }

  /** Waits for what is under way. */
  @Override
  public void close() {
    open.writeLock().lock();
    try {
      closed = true;
    } finally {
      open.writeLock().unlock();
    }
    line.close();
  }
}
