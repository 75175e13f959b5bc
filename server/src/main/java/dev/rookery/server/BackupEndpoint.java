package dev.rookery.server;

import dev.rookery.Backup;
import dev.rookery.EventBus;
import dev.rookery.RookeryException;
import io.javalin.http.Context;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.concurrent.Semaphore;

/**
 * {@code GET /v1/backup}: all that the bus holds, written as it is read, so that it needs no room
 * here. One at a time: each holds up trimming while it is read.
 */
final class BackupEndpoint {
  private static final System.Logger LOG = System.getLogger(BackupEndpoint.class.getName());

  private final EventBus bus;
  private final Semaphore one = new Semaphore(1);

  BackupEndpoint(EventBus bus) {
    this.bus = bus;
  }

  void handle(Context ctx) throws IOException {
    if (!one.tryAcquire()) {
      throw Refused.tooMany("a backup is being made already; wait until it is done");
    }
    try (Backup backup = bus.operations().backup()) {
      HttpServletResponse response = ctx.res();
      response.setContentType("application/vnd.rookery.backup");
      backup.writeTo(response.getOutputStream(), _ -> {});
    } catch (RookeryException e) {
      if (ctx.res().isCommitted()) {
        LOG.log(System.Logger.Level.ERROR, "a backup was not ended", e);
        throw new IOException("the backup was not ended", e);
      }
      throw e;
    } finally {
      one.release();
    }
  }
}
