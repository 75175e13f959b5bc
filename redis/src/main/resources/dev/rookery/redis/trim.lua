-- KEYS stream, meta, floors, groups   ARGV age in milliseconds or -1, bytes to keep or -1, most, keeper
-- Removes entries that everybody is past: our subscriptions by their floors, or the keeper alone, since
-- it keeps them for the others; groups of others by what they have pending and were given last. Answers
-- how many.
local stream, meta = KEYS[1], KEYS[2]
local tail = look(stream, meta)
if tail.length == 0 then
  return 0
end
local edge = tail.last
for _, floor in ipairs(redis.call('HVALS', KEYS[3])) do
  edge = before(floor, edge) and floor or edge
end
local kept = redis.call('HGET', KEYS[3], ARGV[4])
if kept and before(edge, kept) then
  edge = kept
end
for _, each in ipairs(redis.call('XINFO', 'GROUPS', stream)) do
  local group = named(each)
  if redis.call('SISMEMBER', KEYS[4], group['name']) == 0 then
    local given = group['last-delivered-id']
    if group['pending'] > 0 then
      given = below(redis.call('XPENDING', stream, group['name'])[2])
    end
    edge = before(given, edge) and given or edge
  end
end
local most = tonumber(ARGV[3])
local age, keep = tonumber(ARGV[1]), tonumber(ARGV[2])
local bytes = keep >= 0 and redis.call('MEMORY', 'USAGE', stream) or 0
if keep >= 0 and bytes > keep then
  most = math.min(most, math.ceil(tail.length * (bytes - keep) / bytes))
elseif age >= 0 then
  local young = string.format('%.0f-0', math.max(now() - age, 1))
  edge = before(young, edge) and below(young) or edge
else
  return 0
end
if before(edge, tail.first) then
  return 0
end
local entries = redis.call('XRANGE', stream, '-', edge, 'COUNT', most)
if #entries == 0 then
  return 0
end
local last = entries[#entries][1]
local after = redis.call('XRANGE', stream, '(' .. last, '+', 'COUNT', 1)
local removed
if #after > 0 then
  removed = redis.call('XTRIM', stream, 'MINID', '=', after[1][1])
else
  removed = redis.call('XTRIM', stream, 'MAXLEN', '=', 0)
end
redis.call('HSET', meta, 'trimmed', last, 'gone', tail.gone + removed)
return removed
