package dev.rookery;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What is known of the event types. Types that it does not name are as welcome as those that it
 * does.
 */
public final class Catalogue {
  private final Map<String, EventTypeInfo> byName = new HashMap<>();
  private final List<EventTypeInfo> types;

  /**
   * A catalogue of these types.
   *
   * @throws InvalidInput when a name stands for two of them
   */
  public Catalogue(List<EventTypeInfo> types) {
    this.types = List.copyOf(types);
    for (EventTypeInfo info : types) {
      claim(info.type(), info);
      info.aliases().forEach(alias -> claim(alias, info));
    }
  }

  /** The requirement's three vocabularies, reconciled. */
  public static Catalogue standard() {
    return new Catalogue(
        List.of(
            EventTypeInfo.of("profile.girl.created").aliases("girl.profile.created"),
            EventTypeInfo.of("profile.girl.updated").aliases("girl.profile.updated"),
            EventTypeInfo.of("user.message.received").aliases("message.received"),
            EventTypeInfo.of("user.message.sent").aliases("message.sent"),
            EventTypeInfo.of("user.conversation.started").aliases("conversation.started"),
            EventTypeInfo.of("bot.lifecycle.started").aliases("bot.started"),
            EventTypeInfo.of("bot.lifecycle.stopped").aliases("bot.stopped"),
            EventTypeInfo.of("bot.lifecycle.error").aliases("bot.error"),
            EventTypeInfo.of("bot.lifecycle.health_changed").aliases("bot.health.check"),
            EventTypeInfo.of("multibot.user.shared_detected").aliases("user.shared.detected"),
            EventTypeInfo.of("multibot.resource.conflict").aliases("resource.conflict"),
            EventTypeInfo.of("multibot.load.balance_required").aliases("load.balance.trigger"),
            EventTypeInfo.of("system.maintenance.started").aliases("system.maintenance.mode"),
            EventTypeInfo.of("system.backup.completed").aliases("backup.completed"),
            EventTypeInfo.of("system.config.updated").aliases("config.updated")));
  }

  private void claim(String name, EventTypeInfo info) {
    EventTypeInfo other = byName.putIfAbsent(name, info);
    if (other != null) {
      throw new InvalidInput(
          "the catalogue names "
              + InvalidInput.shown(name)
              + " twice, for "
              + InvalidInput.shown(other.type())
              + " and "
              + InvalidInput.shown(info.type()));
    }
  }

  /** This catalogue with a type added, or put in place of the one of the same name. */
  public Catalogue with(EventTypeInfo info) {
    List<EventTypeInfo> more = new ArrayList<>(types);
    more.removeIf(known -> known.type().equals(info.type()));
    more.add(info);
    return new Catalogue(more);
  }

  public List<EventTypeInfo> types() {
    return types;
  }

  /** What is known of a type, by its name or an alias. */
  public Optional<EventTypeInfo> find(String type) {
    return Optional.ofNullable(byName.get(type));
  }

  /** Whether handling the event is known to act on the world outside, whoever does it. */
  public boolean isExternal(Event event) {
    EventTypeInfo info = byName.get(event.type());
    return info != null && info.effect() == SideEffect.EXTERNAL;
  }

  /** Whether the pattern matches the type under any of its names. */
  public boolean matches(TypePattern pattern, String type) {
    if (pattern.matches(type)) {
      return true;
    }
    EventTypeInfo info = byName.get(type);
    return info != null
        && (pattern.matches(info.type()) || info.aliases().stream().anyMatch(pattern::matches));
  }

  /** The types of which the pattern matches any name. */
  Set<EventTypeInfo> matched(TypePattern pattern) {
    return types.stream()
        .filter(info -> matches(pattern, info.type()))
        .collect(java.util.stream.Collectors.toSet());
  }

  /**
   * The event with its data in the type's present version.
   *
   * @throws Undecodable when the data cannot be brought there
   */
  public Event upcast(Event event) {
    EventTypeInfo info = byName.get(event.type());
    if (info == null || info.upcasters().isEmpty() || event.version() >= info.version()) {
      return event;
    }
    try {
      var tree = event.data().tree();
      int version = event.version();
      for (Upcaster next = info.upcasters().get(version);
          next != null;
          next = info.upcasters().get(++version)) {
        tree = next.upcast(tree);
      }
      return event.withData(version, Payload.of(tree));
    } catch (Undecodable e) {
      throw e;
    } catch (RuntimeException e) {
      throw new Undecodable(
          "the data of "
              + event.type()
              + " version "
              + event.version()
              + " cannot be upcast: "
              + e.getMessage(),
          e);
    }
  }
}
