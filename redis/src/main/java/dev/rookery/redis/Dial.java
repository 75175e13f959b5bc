package dev.rookery.redis;

import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.JedisClientConfig;
import redis.clients.jedis.SslOptions;

/**
 * How a server is called.
 *
 * @param connectMillis how long a connection may take
 * @param answerMillis how long an answer may take
 * @param blockedMillis how long the answer to a command that waits may take
 */
record Dial(int connectMillis, int answerMillis, int blockedMillis) {
  /** For what has to be kept. */
  static final Dial PATIENT = new Dial(3_000, 4_000, 4_000);

  /** For what can be had elsewhere. */
  static final Dial QUICK = new Dial(1_000, 1_000, 4_000);

  /** Connects to a server, or to the cluster that it is one of. */
  Redis connect(RedisAddress address, Scripts scripts) {
    JedisClientConfig config = client(address);
    Redis redis = new Standalone(address, location(address), config, scripts);
    try {
      if (!ServerSettings.info(redis, "cluster", "cluster_enabled").equals("1")) {
        return redis;
      }
    } catch (RuntimeException e) {
      redis.close();
      throw e;
    }
    redis.close();
    return new Cluster(address, config, scripts);
  }

  private Location location(RedisAddress address) {
    return address
        .sentinel()
        .<Location>map(name ->
            new Sentinels(
                new HostAndPort(address.host(), address.port()), name, plain(address).build()))
        .orElseGet(() -> Location.of(address));
  }

  private JedisClientConfig client(RedisAddress address) {
    DefaultJedisClientConfig.Builder builder = plain(address).database(address.database());
    address.user().ifPresent(builder::user);
    address.password().ifPresent(builder::password);
    return builder.build();
  }

  /** Without what is meant for the server alone. */
  private DefaultJedisClientConfig.Builder plain(RedisAddress address) {
    DefaultJedisClientConfig.Builder builder =
        DefaultJedisClientConfig.builder()
            .resp2()
            .connectionTimeoutMillis(connectMillis)
            .socketTimeoutMillis(answerMillis)
            .blockingSocketTimeoutMillis(blockedMillis)
            .clientName("rookery");
    if (address.tls()) {
      builder.sslOptions(SslOptions.defaults());
    }
    return builder;
  }
}
