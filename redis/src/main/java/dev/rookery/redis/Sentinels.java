package dev.rookery.redis;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import redis.clients.jedis.Connection;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.Protocol.Command;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisException;

/**
 * Asks sentinels where the master is. One is named by the address; it tells of the others.
 *
 * <p>A sentinel may be behind, so whoever it names is asked for its role: a replica would answer
 * reads with what it has, and what it lacks would look lost.
 */
final class Sentinels implements Location {
  private final String name;
  private final JedisClientConfig config;
  private final CopyOnWriteArrayList<HostAndPort> sentinels = new CopyOnWriteArrayList<>();

  Sentinels(HostAndPort first, String name, JedisClientConfig config) {
    this.name = name;
    this.config = config;
    sentinels.add(first);
  }

  @Override
  public HostAndPort find() {
    Optional<JedisException> silent = Optional.empty();
    for (HostAndPort sentinel : sentinels) {
      try (Connection connection = new Connection(sentinel, config)) {
        Optional<HostAndPort> master = ask(connection);
        if (master.isPresent()) {
          return master.get();
        }
      } catch (JedisException e) {
        silent = Optional.of(e);
      }
    }
    throw new JedisConnectionException(
        "no sentinel says where the master '" + name + "' is", silent.orElse(null));
  }

  private Optional<HostAndPort> ask(Connection connection) {
    List<Reply> master = sentinel(connection, "GET-MASTER-ADDR-BY-NAME").list();
    if (master.isEmpty()) {
      return Optional.empty();
    }
    List<HostAndPort> others = new ArrayList<>();
    for (Reply other : sentinel(connection, "SENTINELS").list()) {
      Map<String, Reply> fields = other.fields();
      others.add(
          server(
              Objects.requireNonNull(fields.get("ip")),
              Objects.requireNonNull(fields.get("port"))));
    }
    sentinels.addAllAbsent(others);
    return Optional.of(server(master.get(0), master.get(1)));
  }

  private Reply sentinel(Connection connection, String question) {
    connection.sendCommand(Command.SENTINEL, question, name);
    return new Reply(connection.getOne());
  }

  private static HostAndPort server(Reply host, Reply port) {
    return new HostAndPort(host.text(), (int) port.number());
  }

  @Override
  public void verify(Connection connection) {
    connection.sendCommand(Command.ROLE);
    String role = new Reply(connection.getOne()).list().getFirst().text();
    if (!role.equals("master")) {
      throw new JedisConnectionException(
          "the master '" + name + "' moves: who the sentinels name is a " + role);
    }
  }
}
