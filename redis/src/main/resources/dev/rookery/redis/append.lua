-- KEYS stream, meta, two halves of the window of ids
-- ARGV window in milliseconds, most ids of a half, number of events; of each event source and id, then
--      of each the digest of its content, then of each its names and values in MessagePack
-- Answers of each event the id of its entry after S (stored), D (was there), C (other content).
local stream, meta = KEYS[1], KEYS[2]
local window, most, count = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local NAMES, CONTENTS, FIELDS = 3, 3 + count, 3 + 2 * count

local state = redis.call('HMGET', meta, 'last', 'half', 'since')
local last, half, since = state[1], tonumber(state[2] or '0'), tonumber(state[3] or '0')
if not last then
  look(stream, meta)
  redis.call('HSETNX', meta, 'trimmed', NONE)
  redis.call('HSETNX', meta, 'gone', 0)
elseif redis.call('EXISTS', stream) == 0 then
  -- Somebody deleted it: what comes now stands behind what is gone
  redis.call('XGROUP', 'CREATE', stream, 'rookery', '0', 'MKSTREAM')
  redis.call('XGROUP', 'DESTROY', stream, 'rookery')
  redis.call('XSETID', stream, last)
end

local function value(found, i)
  local slash = string.find(found, '/', 1, true)
  local same = string.sub(found, slash + 1) == ARGV[CONTENTS + i]
  return (same and 'D' or 'C') .. string.sub(found, 1, slash - 1)
end

local SLICE = 1000
local known = {}
local function recall(ids)
  for from = 1, count, SLICE do
    local to = math.min(count, from + SLICE - 1)
    local found = redis.call('HMGET', ids, unpack(ARGV, NAMES + from, NAMES + to))
    for i = from, to do
      local name = ARGV[NAMES + i]
      known[name] = known[name] or found[i - from + 1] or nil
    end
  end
end

local rotates = false
local time
if window > 0 then
  time = now()
  local remembered = redis.call('HLEN', KEYS[3 + half])
  rotates = time - since >= window or remembered >= most
  if remembered > 0 then
    recall(KEYS[3 + half])
  end
  if redis.call('EXISTS', KEYS[4 - half]) == 1 then
    recall(KEYS[4 - half])
  end
end

local answers, fresh = {}, {}
local stored = false
for i = 1, count do
  local name = ARGV[NAMES + i]
  local found = known[name]
  if found then
    answers[i] = value(found, i)
  else
    last = redis.call('XADD', stream, stamp(), cmsgpack.unpack(ARGV[FIELDS + i]))
    answers[i] = 'S' .. last
    stored = true
    if window > 0 then
      known[name] = last .. '/' .. ARGV[CONTENTS + i]
      fresh[#fresh + 1] = name
      fresh[#fresh + 1] = known[name]
    end
  end
end
if stored then
  redis.call('HSET', meta, 'last', last)
end
if rotates and #fresh > 0 then
  half = 1 - half
  redis.call('UNLINK', KEYS[3 + half])
  redis.call('HSET', meta, 'half', half, 'since', time)
end
for from = 1, #fresh, SLICE do
  redis.call('HSET', KEYS[3 + half], unpack(fresh, from, math.min(#fresh, from + SLICE - 1)))
end
return answers
