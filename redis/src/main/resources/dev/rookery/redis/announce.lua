-- KEYS subscribers   ARGV subscriber, ttl in milliseconds
local time = now()
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', '(' .. string.format('%.0f', time))
redis.call('ZADD', KEYS[1], time + tonumber(ARGV[2]), ARGV[1])
redis.call('PEXPIRE', KEYS[1], math.max(tonumber(ARGV[2]), 60000))
return redis.call('ZRANGE', KEYS[1], 0, -1)
