package dev.rookery.cli.demo;

import dev.rookery.InvalidInput;
import dev.rookery.Json;
import java.io.BufferedInputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import java.util.zip.GZIPInputStream;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/** Reads chat from JSON lines, plain or packed with gzip, one at a time. */
final class ChatFile implements AutoCloseable {
  private final Path file;
  private final BufferedReader reader;
  private long line;

  private ChatFile(Path file, BufferedReader reader) {
    this.file = file;
    this.reader = reader;
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
    return new ChatFile(
        file, new BufferedReader(new InputStreamReader(plain, StandardCharsets.UTF_8), 1 << 16));
  }

  /** The next line, empty at the end. */
  Optional<Chat> next() throws IOException {
    String text = reader.readLine();
    line++;
    if (text == null) {
      return Optional.empty();
    }
    try {
      JsonNode json = Json.MAPPER.readTree(text);
      return Optional.of(
          new Chat(
              timeOfDay(json.required("time").asString()),
              json.required("channel").asString(),
              json.required("user").asString(),
              json.path("text").asString(""),
              json.path("kind").asString("message"),
              json.path("log").asString("")));
    } catch (JacksonException | DateTimeParseException | IllegalArgumentException e) {
      throw new InvalidInput(
          file
              + " line "
              + line
              + " is no chat; one looks like"
              + " {\"time\":\"2026-01-31T12:00:00Z\",\"channel\":\"#a\",\"user\":\"u\",\"text\":\"hi\",\"kind\":\"message\"}",
          e);
    }
  }

  private static Duration timeOfDay(String text) {
    LocalTime time = OffsetDateTime.parse(text).toLocalTime();
    return Duration.ofNanos(time.toNanoOfDay());
  }

  @Override
  public void close() throws IOException {
    reader.close();
  }
}
