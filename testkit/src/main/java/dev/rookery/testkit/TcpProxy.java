package dev.rookery.testkit;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** Stands between clients and a server, and does to their connections what a network does. */
public final class TcpProxy implements AutoCloseable {
  private static final int CHUNK_BYTES = 16_384;

  /** What becomes of the bytes. */
  public enum Mode {
    PASS,
    /** What the client sends is dropped and the connection cut: the server never sees it. */
    CUT_REQUEST,
    /** The server gets everything; its answer is dropped and the connection cut. */
    CUT_ANSWER,
    /** The server gets everything; every other answer is dropped and its connection cut. */
    CUT_EVERY_OTHER_ANSWER,
    /** The same of each answer with a chance of one half, for those who ask several things. */
    CUT_HALF_OF_ANSWERS,
    /** Connections stay open and nothing goes through until the mode changes. */
    FREEZE,
    /** Connections are closed at once. */
    REFUSE
  }

  private final ServerSocket listening;
  private final int target;
  private final Set<Link> open = ConcurrentHashMap.newKeySet();
  private final AtomicInteger cutsLeft = new AtomicInteger();
  private final AtomicInteger answers = new AtomicInteger();
  private final SplittableRandom chance = new SplittableRandom(1);
  private final AtomicInteger cut = new AtomicInteger();
  private volatile Mode mode = Mode.PASS;
  private volatile Duration delay = Duration.ZERO;
  private volatile int chunk = CHUNK_BYTES;
  private volatile int spared;

  /** One client's connection and the one to the server that was made for it. */
  private record Link(Socket client, Socket server, AtomicBoolean forgotten) {
    /** Ends both; what has not been read yet is lost. */
    private void reset() {
      for (Socket socket : new Socket[] {client, server}) {
        try {
          socket.setSoLinger(true, 0);
        } catch (IOException e) {
          // It is gone already.
        }
      }
      close();
    }

    private void close() {
      for (Socket socket : new Socket[] {client, server}) {
        try {
          socket.close();
        } catch (IOException e) {
          // It is gone already.
        }
      }
    }
  }

  /**
   * A proxy at a free port of this machine.
   *
   * @param target the server's port
   */
  public TcpProxy(int target) throws IOException {
    this.target = target;
    listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().name("proxy").start(this::accept);
  }

  public int port() {
    return listening.getLocalPort();
  }

  /** As one for HTTP. */
  public String address() {
    return "http://127.0.0.1:" + port();
  }

  public void mode(Mode next) {
    mode = next;
  }

  /** How long whatever arrives is kept before it goes on, in each direction. */
  public void delay(Duration time) {
    delay = time;
  }

  /** How many bytes go out at once; 1 is the worst that a network may do. */
  public void chunkBytes(int bytes) {
    chunk = bytes;
  }

  /** Cuts the next answers, so many, and lets everything through afterwards. */
  public void cutAnswers(int count) {
    cutsLeft.set(count);
  }

  /**
   * Lets the first answers on each new connection through whatever the mode says: a store that says
   * much until it is connected would else never be.
   */
  public void spareFirstAnswers(int count) {
    spared = count;
  }

  public int cutsLeft() {
    return cutsLeft.get();
  }

  /** How many requests and answers were cut so far. */
  public int cut() {
    return cut.get();
  }

  /** Closes every connection, as a process that ends does. */
  public void cutAll() {
    open.forEach(Link::close);
    open.clear();
  }

  /** Resets every connection: what was on its way is lost. */
  public void resetAll() {
    open.forEach(Link::reset);
    open.clear();
  }

  /**
   * Forgets every connection without a word: both ends stay open, and what they send is swallowed.
   * New connections are as the mode says.
   */
  public void halfOpenAll() {
    open.forEach(link -> link.forgotten.set(true));
  }

  private void accept() {
    try {
      while (true) {
        Socket client = listening.accept();
        if (mode == Mode.REFUSE) {
          client.close();
          continue;
        }
        connect(client);
      }
    } catch (IOException e) {
      cutAll();
    }
  }

  private void connect(Socket client) throws IOException {
    try {
      Link link =
          new Link(
              client, new Socket(InetAddress.getLoopbackAddress(), target), new AtomicBoolean());
      client.setTcpNoDelay(true);
      link.server.setTcpNoDelay(true);
      open.add(link);
      Thread.ofVirtual().start(() -> pump(link, link.client, link.server, false));
      Thread.ofVirtual().start(() -> pump(link, link.server, link.client, true));
    } catch (IOException e) {
      client.close();
    }
  }

  private void pump(Link link, Socket from, Socket to, boolean answering) {
    byte[] buffer = new byte[CHUNK_BYTES];
    try {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      int reads = 0;
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        LockSupport.parkNanos(delay.toNanos());
        if ((!answering || reads++ >= spared) && isCut(answering)) {
          cut.incrementAndGet();
          break;
        }
        awaitThaw();
        if (!link.forgotten.get()) {
          write(out, Arrays.copyOf(buffer, n));
        }
      }
    } catch (IOException e) {
      // The one end or the other is gone.
    }
    if (!link.forgotten.get()) {
      open.remove(link);
      link.close();
    }
  }

  private boolean isCut(boolean answering) {
    return switch (mode) {
      case CUT_REQUEST -> !answering;
      case CUT_ANSWER -> answering;
      case CUT_EVERY_OTHER_ANSWER -> answering && answers.getAndIncrement() % 2 == 0;
      case CUT_HALF_OF_ANSWERS -> answering && chance();
      case PASS, FREEZE, REFUSE ->
          answering && cutsLeft.getAndUpdate(left -> Math.max(0, left - 1)) > 0;
    };
  }

  private synchronized boolean chance() {
    return chance.nextBoolean();
  }

  private void awaitThaw() {
    while (mode == Mode.FREEZE && !listening.isClosed()) {
      LockSupport.parkNanos(10_000_000);
    }
  }

  private void write(OutputStream out, byte[] bytes) throws IOException {
    int most = chunk;
    for (int from = 0; from < bytes.length; from += most) {
      out.write(bytes, from, Math.min(most, bytes.length - from));
    }
  }

  @Override
  public void close() throws IOException {
    listening.close();
    cutAll();
  }
}
