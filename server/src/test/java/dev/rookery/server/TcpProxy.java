package dev.rookery.server;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/** Stands between a client and a server, and does to the connection what a network does. */
final class TcpProxy implements AutoCloseable {
  /** What becomes of the bytes. */
  enum Mode {
    PASS,
    /** The server gets everything; its answer is dropped and the connection cut. */
    CUT_ANSWER,
    /** Connections stay open and nothing goes through. */
    FREEZE,
    /** Connections are closed at once. */
    REFUSE
  }

  private final ServerSocket listening;
  private final int target;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final AtomicInteger cuts = new AtomicInteger();
  private volatile Mode mode = Mode.PASS;

  TcpProxy(int target) throws IOException {
    this.target = target;
    listening = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::accept);
  }

  String address() {
    return "http://127.0.0.1:" + listening.getLocalPort();
  }

  void mode(Mode next) {
    mode = next;
  }

  /** Cuts the next answers, so many, and lets everything through afterwards. */
  void cutAnswers(int count) {
    cuts.set(count);
  }

  int cutsLeft() {
    return cuts.get();
  }

  /** Cuts every connection. */
  void cutAll() {
    open.forEach(TcpProxy::quietly);
    open.clear();
  }

  private void accept() {
    try {
      while (true) {
        Socket client = listening.accept();
        if (mode == Mode.REFUSE) {
          client.close();
          continue;
        }
        Socket server = new Socket(InetAddress.getLoopbackAddress(), target);
        open.add(client);
        open.add(server);
        Thread.ofVirtual().start(() -> pump(client, server, false));
        Thread.ofVirtual().start(() -> pump(server, client, true));
      }
    } catch (IOException e) {
      // Closed.
    }
  }

  private void pump(Socket from, Socket to, boolean answers) {
    byte[] buffer = new byte[16_384];
    try (from;
        to) {
      InputStream in = from.getInputStream();
      OutputStream out = to.getOutputStream();
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        if (answers
            && (mode == Mode.CUT_ANSWER || cuts.getAndUpdate(left -> Math.max(0, left - 1)) > 0)) {
          return;
        }
        while (mode == Mode.FREEZE && !listening.isClosed()) {
          LockSupport.parkNanos(10_000_000);
        }
        out.write(buffer, 0, n);
      }
    } catch (IOException e) {
      // The one end or the other is gone.
    }
  }

  private static void quietly(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // It is gone already.
    }
  }

  @Override
  public void close() throws IOException {
    listening.close();
    cutAll();
  }
}
