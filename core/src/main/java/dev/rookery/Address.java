package dev.rookery;

import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Where a bus is: {@code scheme:rest?option=value}.
 *
 * @param text the whole as it was given; it may hold a password, {@link #toString} does not
 * @param rest what stands between the scheme and the options
 */
public record Address(String text, String scheme, String rest, Map<String, String> options) {
  private static final Pattern SCHEME = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*");

  public Address {
    options = Map.copyOf(options);
  }

  /**
   * Takes an address apart.
   *
   * @throws InvalidInput when it has no scheme or an option cannot be decoded
   */
  public static Address parse(String text) {
    int question = text.indexOf('?');
    int colon = text.indexOf(':');
    if (colon < 0 || !SCHEME.matcher(text.substring(0, colon)).matches()) {
      throw new InvalidInput(
          "'"
              + InvalidInput.shown(text)
              + "' is no address; one looks like file:./data, memory:bots or http://127.0.0.1:7070");
    }
    String rest = text.substring(colon + 1, question < 0 ? text.length() : question);
    Map<String, String> options = new TreeMap<>();
    if (question >= 0) {
      for (String option : text.substring(question + 1).split("&", -1)) {
        int equals = option.indexOf('=');
        String name = equals < 0 ? option : option.substring(0, equals);
        String value = equals < 0 ? "" : option.substring(equals + 1);
        options.put(name, decoded(name, value));
      }
    }
    return new Address(
        text, text.substring(0, colon).toLowerCase(java.util.Locale.ROOT), rest, options);
  }

  private static String decoded(String name, String value) {
    try {
      return URLDecoder.decode(value, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      throw new InvalidInput(
          "the option '"
              + InvalidInput.shown(name)
              + "' of the address is not percent-encoded; write % as %25",
          e);
    }
  }

  public Optional<String> option(String name) {
    return Optional.ofNullable(options.get(name));
  }

  /** The address without an option. */
  public Address without(String name) {
    int question = text.indexOf('?');
    if (question < 0) {
      return this;
    }
    String others =
        Arrays.stream(text.substring(question + 1).split("&", -1))
            .filter(option -> !option.equals(name) && !option.startsWith(name + "="))
            .collect(Collectors.joining("&"));
    return parse(text.substring(0, question) + (others.isEmpty() ? "" : "?" + others));
  }

  @Override
  public String toString() {
    String shown = scheme + ":" + rest;
    return shown.replaceAll("//[^/]*@", "//***@");
  }
}
