-- KEYS letters   ARGV instant in microseconds, most
local old = redis.call('ZRANGEBYSCORE', prefix .. 'ages', '-inf', '(' .. ARGV[1], 'LIMIT', 0, ARGV[2])
for _, id in ipairs(old) do
  drop(id)
end
return #old
