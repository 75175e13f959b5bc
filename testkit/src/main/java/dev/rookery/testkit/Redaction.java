package dev.rookery.testkit;

import dev.rookery.Event;
import dev.rookery.InvalidInput;
import dev.rookery.Payload;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/**
 * What to take out of a {@link Recording}, and by what to replace it.
 *
 * <p>The replacement follows from the secret and the value alone: what was equal stays equal, in
 * whichever member, attribute and recording it stands, so that keys, mentions and references still
 * fit. Letters become letters and digits become digits, so that text and numbers keep their length;
 * blanks and ASCII punctuation stay, any other character becomes {@code *}. Of short values two
 * different ones may become equal. {@code true} becomes {@code false}, null stays. Of an object or
 * an array every value in it is replaced; names of members stay.
 *
 * <p>Who has the secret can try values out: throw it away, or keep it as one keeps keys.
 */
public final class Redaction {
  private final Disguise disguise;
  private final List<MemberPath> members;
  private final Set<String> attributes;

  private Redaction(Disguise disguise, List<MemberPath> members, Set<String> attributes) {
    this.disguise = disguise;
    this.members = members;
    this.attributes = attributes;
  }

  /** Takes nothing out yet. */
  public static Redaction with(String secret) {
    return new Redaction(new Disguise(secret), List.of(), Set.of());
  }

  /**
   * Takes out a member of the data, where there is one.
   *
   * <p>Data that is not JSON is replaced as a whole where any member is to be.
   *
   * @param pointer a JSON pointer (RFC 6901) such as {@code /author/name}; {@code *} in place of a
   *     name stands for every member or element, as in {@code /mentions/*}{@code /id}
   */
  public Redaction member(String pointer) {
    List<MemberPath> more =
        Stream.concat(members.stream(), Stream.of(MemberPath.parse(pointer))).toList();
    return new Redaction(disguise, more, attributes);
  }

  /**
   * Takes out an attribute by its CloudEvents name: {@code source}, {@code partitionkey}, an
   * extension, or {@code id}, which stands for the references to ids in {@code correlationid} and
   * {@code causationid} too.
   */
  public Redaction attribute(String name) {
    if (Set.of("type", "time", "specversion", "dataversion", "datacontenttype").contains(name)) {
      throw new InvalidInput("the attribute " + name + " cannot be redacted; a replay needs it");
    }
    Set<String> more = new TreeSet<>(attributes);
    more.add(name);
    if (name.equals("id")) {
      more.addAll(Set.of("correlationid", "causationid"));
    }
    return new Redaction(disguise, members, more);
  }

  Event apply(Event event) {
    Map<String, String> others = new HashMap<>(event.attributes());
    others.replaceAll((name, value) -> of(name).apply(value));
    return new Event(
        of("id").apply(event.id()),
        event.type(),
        of("source").apply(event.source()),
        of("partitionkey").apply(event.key()),
        event.time(),
        of("correlationid").apply(event.correlation()),
        event.causation().map(of("causationid")),
        event.version(),
        data(event.data()),
        others);
  }

  private UnaryOperator<String> of(String attribute) {
    return attributes.contains(attribute) ? disguise::text : UnaryOperator.identity();
  }

  private Payload data(Payload data) {
    if (members.isEmpty()) {
      return data;
    }
    return data.isJson() ? MemberPath.replace(data, members, disguise) : disguise.whole(data);
  }
}
