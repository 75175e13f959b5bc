-- KEYS stream, meta, two halves of the window of ids
-- ARGV window in milliseconds, most ids of a half, then packs of events, each a MessagePack array:
--      of each event source and id, digest of its content, number of texts, names and values
-- Answers of each event the id of its entry after S (stored), D (was there), C (other content).
local stream, meta = KEYS[1], KEYS[2]
local window, most = tonumber(ARGV[1]), tonumber(ARGV[2])
local names, contents, packs, begins, ends = {}, {}, {}, {}, {}
local count = 0
for p = 3, #ARGV do
  local pack = cmsgpack.unpack(ARGV[p])
  local at, length = 1, #pack
  while at < length do
    count = count + 1
    names[count], contents[count], packs[count] = pack[at], pack[at + 1], pack
    begins[count] = at + 3
    at = at + 3 + pack[at + 2]
    ends[count] = at - 1
  end
end

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
  local same = string.sub(found, slash + 1) == contents[i]
  return (same and 'D' or 'C') .. string.sub(found, 1, slash - 1)
end

local SLICE = 1000
local known = {}
local rotates = false
local time
if window > 0 then
  time = now()
  rotates = time - since >= window or redis.call('HLEN', KEYS[3 + half]) >= most
  for from = 1, count, SLICE do
    local to = math.min(count, from + SLICE - 1)
    local newest = redis.call('HMGET', KEYS[3 + half], unpack(names, from, to))
    local others = redis.call('HMGET', KEYS[4 - half], unpack(names, from, to))
    for i = from, to do
      known[names[i]] = known[names[i]] or newest[i - from + 1] or others[i - from + 1] or nil
    end
  end
end

local answers, fresh = {}, {}
local stored = false
for i = 1, count do
  local found = known[names[i]]
  if found then
    answers[i] = value(found, i)
  else
    last = redis.call('XADD', stream, stamp(), unpack(packs[i], begins[i], ends[i]))
    answers[i] = 'S' .. last
    stored = true
    if window > 0 then
      known[names[i]] = last .. '/' .. contents[i]
      fresh[#fresh + 1] = names[i]
      fresh[#fresh + 1] = known[names[i]]
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
