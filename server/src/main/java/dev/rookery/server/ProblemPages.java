package dev.rookery.server;

import dev.rookery.client.wire.Problem;
import java.nio.ByteBuffer;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/** What Jetty itself refuses, such as headers that are too large, as problems. */
final class ProblemPages extends ErrorHandler {
  @Override
  protected void generateResponse(
      Request request,
      Response response,
      int code,
      @Nullable String message,
      @Nullable Throwable cause,
      Callback callback) {
    response.getHeaders().put(HttpHeader.CONTENT_TYPE, Problem.MEDIA_TYPE);
    response.write(true, ByteBuffer.wrap(problem(code).toBytes()), callback);
  }

  private static Problem problem(int status) {
    return switch (status) {
      case 404 -> Problem.of(404, "not-found", "there is nothing at this path");
      case 408 -> Problem.of(408, "too-slow", "the request took too long to arrive");
      case 414, 431 ->
          Problem.of(status, "headers-too-large", "the address or the headers are too large");
      case 429 -> Problem.of(429, "too-many-requests", "too many subscribers; close one first");
      default ->
          status >= 500
              ? Problem.of(status, "internal", "the server failed; its log says more")
              : Problem.of(status, "broken-request", "this is no request that is understood");
    };
  }
}
