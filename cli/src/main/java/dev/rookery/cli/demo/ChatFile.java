package dev.rookery.cli.demo;

import dev.rookery.InvalidInput;
import dev.rookery.client.wire.Timestamps;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.exc.JacksonIOException;
import tools.jackson.core.json.JsonFactory;

/** Reads chat from JSON lines, plain or packed with gzip, one at a time. */
final class ChatFile implements AutoCloseable {
  private static final JsonFactory JSON = new JsonFactory();

  private final Path file;
  private final JsonParser parser;
  private int lastLine;

  private ChatFile(Path file, JsonParser parser) {
    this.file = file;
    this.parser = parser;
  }

  static ChatFile open(Path file) throws IOException {
    if (!Files.isReadable(file) || Files.isDirectory(file)) {
      throw new InvalidInput("the input " + file + " is no file that can be read");
    }
    InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 16);
    in.mark(2);
    boolean packed = in.read() == 0x1f && in.read() == 0x8b;
    in.reset();
    InputStream plain = packed ? new GZIPInputStream(in, 1 << 16) : in;
    return new ChatFile(file, JSON.createParser(ObjectReadContext.empty(), plain));
  }

  /** The next line, empty at the end. */
  Optional<Chat> next() throws IOException {
    int line = 0;
    try {
      JsonToken token = parser.nextToken();
      if (token == null) {
        return Optional.empty();
      }
      line = parser.currentTokenLocation().getLineNr();
      Optional<Chat> chat = token == JsonToken.START_OBJECT ? chat() : Optional.empty();
      boolean ownLine = line > lastLine && parser.currentTokenLocation().getLineNr() == line;
      lastLine = line;
      if (chat.isPresent() && ownLine) {
        return chat;
      }
    } catch (JacksonIOException e) {
      throw e.getCause();
    } catch (JacksonException e) {
      throw noChat(e.getLocation() == null ? line : e.getLocation().getLineNr(), e);
    } catch (DateTimeParseException e) {
      throw noChat(line, e);
    }
    throw noChat(line, null);
  }

  private InvalidInput noChat(int line, @Nullable Exception cause) {
    return new InvalidInput(
        file
            + " line "
            + line
            + " is no chat; one looks like"
            + " {\"time\":\"2026-01-31T12:00:00Z\",\"channel\":\"#a\",\"user\":\"u\",\"text\":\"hi\",\"kind\":\"message\"}",
        cause);
  }

  /** The members up to the end of the object; empty where one is missing. */
  private Optional<Chat> chat() {
    Duration time = null;
    String channel = null;
    String user = null;
    String text = "";
    String kind = "message";
    String log = "";
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      String name = parser.currentName();
      if (parser.nextToken() != JsonToken.VALUE_STRING) {
        parser.skipChildren();
        continue;
      }
      switch (name) {
        case "time" -> time = timeOfDay(parser.getString());
        case "channel" -> channel = parser.getString();
        case "user" -> user = parser.getString();
        case "text" -> text = parser.getString();
        case "kind" -> kind = parser.getString();
        case "log" -> log = parser.getString();
        default -> {
          // What else a line says does not matter here.
        }
      }
    }
    return time == null || channel == null || user == null
        ? Optional.empty()
        : Optional.of(new Chat(time, channel, user, text, kind, log));
  }

  private static Duration timeOfDay(String text) {
    OffsetDateTime time =
        text.endsWith("Z")
            ? Timestamps.parse(text).atOffset(ZoneOffset.UTC)
            : OffsetDateTime.parse(text);
    return Duration.ofNanos(time.toLocalTime().toNanoOfDay());
  }

  @Override
  public void close() throws IOException {
    parser.close();
  }
}
