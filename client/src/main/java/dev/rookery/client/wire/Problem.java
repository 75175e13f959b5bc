package dev.rookery.client.wire;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonAnySetter;
import com.fasterxml.jackson.annotation.JsonIgnore;
import dev.rookery.Json;
import dev.rookery.RookeryException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;

/**
 * What went wrong, as RFC 9457 says it.
 *
 * @param type {@code urn:rookery:problem:} and a stable code
 * @param more further members, such as the {@code index} of an event in a batch
 */
public record Problem(
    String type,
    String title,
    int status,
    String detail,
    @JsonAnyGetter @JsonAnySetter Map<String, Object> more) {
  public static final String MEDIA_TYPE = "application/problem+json";
  public static final String PREFIX = "urn:rookery:problem:";

  public Problem {
    type = type == null ? "about:blank" : type;
    title = title == null ? "" : title;
    detail = detail == null ? title : detail;
    more = more == null ? Map.of() : Map.copyOf(more);
  }

  /** A problem that is no exception of ours, such as a method that is not allowed. */
  public static Problem of(int status, String code, String detail) {
    return new Problem(PREFIX + code, titleOf(code), status, detail, Map.of());
  }

  public static Problem of(RookeryException e) {
    return of(ProblemCodes.statusOf(e), e.code(), String.valueOf(e.getMessage()));
  }

  private static String titleOf(String code) {
    String words = code.replace('-', ' ');
    return Character.toUpperCase(words.charAt(0)) + words.substring(1);
  }

  public Problem with(String member, Object value) {
    Map<String, Object> members = new LinkedHashMap<>(more);
    members.put(member, value);
    return new Problem(type, title, status, detail, members);
  }

  /** The stable code at the end of the type, empty where it is not ours. */
  @JsonIgnore
  public String code() {
    return type.startsWith(PREFIX) ? type.substring(PREFIX.length()) : "";
  }

  public Optional<String> member(String name) {
    return Optional.ofNullable(more.get(name)).map(Object::toString);
  }

  /** The exception that the bus would have thrown in this process. */
  public RookeryException toException() {
    return ProblemCodes.exception(this);
  }

  public void write(JsonOut out) {
    out.raw(Json.MAPPER.writeValueAsBytes(this));
  }

  public byte[] toBytes() {
    return Json.MAPPER.writeValueAsBytes(this);
  }

  /** Reads a problem, or makes one of an answer that is none. */
  public static Problem read(int status, byte @Nullable [] body) {
    try {
      Problem read = Json.MAPPER.readValue(body == null ? new byte[0] : body, Problem.class);
      if (read != null) {
        return new Problem(read.type, read.title, status, read.detail, read.more);
      }
    } catch (JacksonException e) {
      // Not ours: something between the client and the server has answered.
    }
    String detail = "the answer was HTTP " + status + " without a problem description";
    return new Problem("about:blank", "", status, detail, Map.of());
  }
}
