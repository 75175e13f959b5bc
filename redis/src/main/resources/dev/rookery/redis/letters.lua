-- Dead letters of a partition: a hash for each, and orders in which they are asked for, as sorted sets of
-- texts: by id, by key and position (lane), by position (given up, redriving), by age.
-- KEYS[1] the ids; the other keys stand in the same slot.
local prefix = string.sub(KEYS[1], 1, -string.len('letters') - 1)

local function letterKey(id)
  return prefix .. 'letter:' .. id
end

local function drop(id)
  local found = redis.call('HMGET', letterKey(id), 'subscription', 'key', 'position', 'parked')
  if not found[1] then
    return 0
  end
  local subscription, key, position = found[1], found[2], found[3]
  redis.call('ZREM', prefix .. 'letters', id)
  redis.call('ZREM', prefix .. 'lane:' .. subscription, key .. '\0' .. position .. id)
  redis.call('ZREM', prefix .. 'redriving:' .. subscription, position .. id)
  if found[4] == '1' then
    if redis.call('HINCRBY', prefix .. 'parked:' .. subscription, key, -1) <= 0 then
      redis.call('HDEL', prefix .. 'parked:' .. subscription, key)
    end
  else
    redis.call('ZREM', prefix .. 'given:' .. subscription, position .. key)
    redis.call('ZREM', prefix .. 'ages', id)
    if redis.call('HINCRBY', prefix .. 'counts', subscription, -1) <= 0 then
      redis.call('HDEL', prefix .. 'counts', subscription)
    end
  end
  redis.call('DEL', letterKey(id))
  return 1
end

local function redriven(id, subscription, position)
  redis.call('HSET', letterKey(id), 'redriving', '1')
  redis.call('ZADD', prefix .. 'redriving:' .. subscription, 0, position .. id)
end

local function put(id, subscription, key, position, parked, redriving, since, json)
  drop(id)
  redis.call('HSET', letterKey(id), 'subscription', subscription, 'key', key, 'position', position,
    'parked', parked, 'redriving', '0', 'letter', json)
  redis.call('ZADD', prefix .. 'letters', 0, id)
  redis.call('ZADD', prefix .. 'lane:' .. subscription, 0, key .. '\0' .. position .. id)
  if redriving == '1' then
    redriven(id, subscription, position)
  end
  if parked == '1' then
    redis.call('HINCRBY', prefix .. 'parked:' .. subscription, key, 1)
  else
    redis.call('ZADD', prefix .. 'given:' .. subscription, 0, position .. key)
    redis.call('ZADD', prefix .. 'ages', since, id)
    redis.call('HINCRBY', prefix .. 'counts', subscription, 1)
  end
end
