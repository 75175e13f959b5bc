-- KEYS hash   ARGV name, whether it was there, what it was, what becomes of it (set, raise, remove), value
-- Changes one field if it still is what the caller saw; answers its number, or nil. With `raise` and
-- `remove` the whole hash counts one on; the count begins with the clock, so that it does not come
-- again where everything was lost.
local found = redis.call('HGET', KEYS[1], ARGV[1])
if (found and ARGV[2] == '0') or (not found and ARGV[2] == '1') or (found and found ~= ARGV[3]) then
  return false
end
if ARGV[4] == 'set' then
  redis.call('HSET', KEYS[1], ARGV[1], ARGV[5])
  return 1
end
local count = redis.call('HINCRBY', KEYS[1], '', 1)
if count == 1 then
  count = now() * 1000
  redis.call('HSET', KEYS[1], '', string.format('%.0f', count))
end
if ARGV[4] == 'remove' then
  redis.call('HDEL', KEYS[1], ARGV[1])
else
  redis.call('HSET', KEYS[1], ARGV[1], string.format('%.0f:', count) .. ARGV[5])
end
return count
